using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>What the local model said.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Model">Whose it is.</param>
/// <param name="Confidence">The geometric mean of its token probabilities, in [0, 1]; null if it generated nothing or its backend does not tell.</param>
/// <param name="Usage">Tokens.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
/// <param name="LogProbs">Its tokens; null unless asked for.</param>
internal sealed record LocalAnswer(string Text, string Model, double? Confidence, TokenUsage? Usage, string FinishReason,
    IReadOnlyList<TokenProbability>? LogProbs = null);
