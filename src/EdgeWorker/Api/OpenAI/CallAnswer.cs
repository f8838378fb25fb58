using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>An answer, before it takes the shape of an endpoint.</summary>
/// <param name="Text">What the model said.</param>
/// <param name="FinishReason"><c>stop</c>, <c>length</c>, <c>tool_calls</c> or <c>content_filter</c>.</param>
/// <param name="Hybrid">Where it came from.</param>
/// <param name="Usage">Tokens; null where nobody counted.</param>
/// <param name="ToolCalls">What the model asks the caller to call; null for nothing.</param>
/// <param name="LogProbs">Its tokens; null unless asked for.</param>
internal sealed record CallAnswer(
    string Text,
    string FinishReason,
    HybridNote Hybrid,
    TokenUsage? Usage = null,
    IReadOnlyList<PromptToolCall>? ToolCalls = null,
    IReadOnlyList<TokenProbability>? LogProbs = null);
