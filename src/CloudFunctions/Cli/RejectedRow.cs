using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Cli;

/// <summary>A message that was put aside, as programs read it.</summary>
/// <param name="Id">Names it for <c>show</c> and <c>replay</c>.</param>
/// <param name="Queue">Where it lies.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">Why, for people.</param>
/// <param name="PromptId">The prompt, if it can be read.</param>
/// <param name="DeviceId">The device, if it can be read.</param>
/// <param name="Bytes">The original's size.</param>
/// <param name="Claim">The claim that holds its data, if there is one.</param>
/// <param name="Outcome">The recorded outcome of its prompt, if there is one.</param>
internal sealed record RejectedRow(
    string Id, string Queue, string Reason, string Detail, Guid? PromptId, string? DeviceId, int Bytes, string? Claim,
    CloudOutcome? Outcome)
{
    public static RejectedRow Of(RejectedEntry entry) => new(
        entry.Id, entry.Queue.Name, entry.Reason.Code, entry.Reason.Detail,
        entry.Head.Ids?.PromptId, entry.Head.Ids?.DeviceId, entry.Letter.Original.Length, entry.Head.ClaimName, entry.Outcome?.Outcome);
}
