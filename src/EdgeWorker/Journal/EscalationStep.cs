using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>A prompt's way to the cloud, to record.</summary>
/// <param name="Reason">Why it escalates.</param>
/// <param name="Detail">For people.</param>
/// <param name="Confidence">The local answer's confidence, if there was one.</param>
/// <param name="Draft">The local answer, if there was one.</param>
/// <param name="DraftModel">Whose it is.</param>
/// <param name="FallbackAt">When the local model answers after all if no answer has come; null for never.</param>
/// <param name="DraftFinish">Why it ends: <c>stop</c> or <c>length</c>.</param>
/// <param name="DraftLogProbs">The draft's tokens, where they were asked for.</param>
internal sealed record EscalationStep(
    ReasonCode Reason, string? Detail, double? Confidence, string? Draft, string? DraftModel, DateTimeOffset? FallbackAt,
    string? DraftFinish = null, IReadOnlyList<TokenProbability>? DraftLogProbs = null);
