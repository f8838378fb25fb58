using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>A final outcome to record.</summary>
internal sealed record Settlement
{
    /// <summary>Answered, failed or expired.</summary>
    public required PromptState State { get; init; }

    public PromptRoute? Route { get; init; }

    public required ReasonCode Reason { get; init; }

    public string? Detail { get; init; }

    public double? Confidence { get; init; }

    public string? Answer { get; init; }

    public string? Model { get; init; }

    public TokenUsage? Usage { get; init; }

    public Cost? Cost { get; init; }

    public string? FinishReason { get; init; }

    public OutcomeError? Error { get; init; }

    /// <summary>What the answer has beside its text; null for nothing.</summary>
    public AnswerParts? Parts { get; init; }

    public static Settlement Failed(ReasonCode reason, string message) =>
        new() { State = PromptState.Failed, Reason = reason, Error = new OutcomeError(reason.Value, message) };
}
