namespace Hybrid.Messaging.DeadLetters;

/// <summary>What lies on a poison queue: a reason and, in one of three ways, the original.</summary>
/// <param name="Reason">For programs.</param>
/// <param name="Detail">For people.</param>
/// <param name="Original">The original, if it is text.</param>
/// <param name="OriginalBase64">The original, if it is not.</param>
/// <param name="OriginalBlob">The name of the blob that holds it, if it does not fit beside the reason.</param>
internal sealed record DeadLetterEnvelope(
    string Reason, string Detail, string? Original = null, string? OriginalBase64 = null, string? OriginalBlob = null);
