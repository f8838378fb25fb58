using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Api;

/// <summary>A prompt that has ended, in whatever way.</summary>
/// <param name="Id">The prompt.</param>
/// <param name="State">How it ended.</param>
/// <param name="Text">The answer.</param>
/// <param name="Model">Who answered.</param>
/// <param name="Usage">Tokens.</param>
/// <param name="Cost">What it cost.</param>
/// <param name="FinishReason">Why the model stopped.</param>
/// <param name="Error">What went wrong.</param>
internal sealed record PromptOutcome(
    Guid Id, CloudOutcome State, string? Text, string? Model, TokenUsage? Usage, Cost? Cost, string? FinishReason, OutcomeError? Error);
