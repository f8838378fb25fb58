using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>A prompt as the journal has it.</summary>
internal sealed record PromptRecord
{
    public required Guid Id { get; init; }

    public required PromptState State { get; init; }

    public required PromptKind Kind { get; init; }

    public required DateTimeOffset AcceptedAt { get; init; }

    public required DateTimeOffset Deadline { get; init; }

    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    public PromptOptions? Options { get; init; }

    public required string Model { get; init; }

    public string? Task { get; init; }

    public bool WaitOffline { get; init; }

    public Guid? RetryOf { get; init; }

    /// <summary>The id of the API key that asked; null for who needed none.</summary>
    public string? Owner { get; init; }

    public string? TraceParent { get; init; }

    public PromptRoute? Route { get; init; }

    public ReasonCode? Reason { get; init; }

    public string? Detail { get; init; }

    /// <summary>In [0, 1]: the geometric mean of the local answer's token probabilities.</summary>
    public double? Confidence { get; init; }

    public string? Draft { get; init; }

    public string? DraftModel { get; init; }

    public string? Answer { get; init; }

    public string? AnswerModel { get; init; }

    public TokenUsage? Usage { get; init; }

    public Cost? Cost { get; init; }

    public string? FinishReason { get; init; }

    public OutcomeError? Error { get; init; }

    /// <summary>When the state last changed.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    public bool IsFinal => State is PromptState.Answered or PromptState.Failed or PromptState.Expired;
}
