using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>A prompt as it should be.</summary>
internal sealed record ModelPrompt(
    int Number, PromptKind Kind, string? Key, int Body, int? RetryOf, string? Owner, DateTimeOffset AcceptedAt, DateTimeOffset Deadline)
{
    public PromptState State { get; init; } = PromptState.Accepted;

    public string? Reason { get; init; }

    public string? Draft { get; init; }

    public string? Answer { get; init; }

    public bool HasLeft { get; init; }

    public DateTimeOffset ChangedAt { get; init; } = AcceptedAt;

    /// <summary>The states it has had.</summary>
    public string Trace { get; init; } = "Accepted";

    public bool IsFinal => State is PromptState.Answered or PromptState.Failed or PromptState.Expired;
}
