namespace Hybrid.Contracts;

/// <summary>The cloud's outcome for a prompt (<see cref="EventTypes.Answer"/>), and the content of its outcome blob.</summary>
/// <param name="PromptId">The prompt.</param>
/// <param name="DeviceId">The device it belongs to, or <see cref="DeviceIds.Direct"/>.</param>
/// <param name="JournalEpoch">The journal the escalation came from.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Text">The answer; null unless answered.</param>
/// <param name="Model">The model that answered, as its provider names it.</param>
/// <param name="Usage">Tokens read and written, also where the model answered but the answer was not used.</param>
/// <param name="Cost">What the call cost by the configured prices; null where no price is known.</param>
/// <param name="FinishReason">Why the model stopped: <c>stop</c>, <c>length</c>, <c>content_filter</c>, <c>tool_calls</c>.</param>
/// <param name="Error">What went wrong; null if answered.</param>
/// <param name="ToolCalls">What the model asks the caller to call; null for nothing.</param>
/// <param name="LogProbs">The answer's tokens, where they were asked for and the provider gives them; at most <see cref="Limits.LogProbEntries"/>
/// entries, alternatives included.</param>
public sealed record AnswerData(
    Guid PromptId,
    string DeviceId,
    Guid JournalEpoch,
    CloudOutcome Outcome,
    string? Text = null,
    string? Model = null,
    TokenUsage? Usage = null,
    Cost? Cost = null,
    string? FinishReason = null,
    OutcomeError? Error = null,
    IReadOnlyList<PromptToolCall>? ToolCalls = null,
    IReadOnlyList<TokenProbability>? LogProbs = null);
