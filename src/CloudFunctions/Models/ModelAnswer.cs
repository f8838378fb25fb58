using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Models;

/// <summary>What the model made of a prompt, for good.</summary>
/// <param name="Outcome">Answered, filtered or failed.</param>
/// <param name="Text">The answer; null unless answered.</param>
/// <param name="Model">The model's own name for itself, or the configured one.</param>
/// <param name="Usage">Tokens, where the provider counts them.</param>
/// <param name="Cost">What it cost, where a price is known.</param>
/// <param name="FinishReason">Why it stopped.</param>
/// <param name="Error">What went wrong; null if answered.</param>
/// <param name="ToolCalls">What the model asks the caller to call; null for nothing.</param>
/// <param name="LogProbs">Its tokens; null unless asked for and given.</param>
internal sealed record ModelAnswer(
    CloudOutcome Outcome,
    string? Text,
    string? Model,
    TokenUsage? Usage = null,
    Cost? Cost = null,
    string? FinishReason = null,
    OutcomeError? Error = null,
    IReadOnlyList<PromptToolCall>? ToolCalls = null,
    IReadOnlyList<TokenProbability>? LogProbs = null);
