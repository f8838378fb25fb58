using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>What a caller asks.</summary>
internal sealed record PromptRequest
{
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    public PromptOptions? Options { get; init; }

    /// <summary><c>hybrid</c>, <c>cloud</c> or a local model's name.</summary>
    public string Model { get; init; } = Routing.ModelNames.Hybrid;

    public string? Task { get; init; }

    public PromptKind Kind { get; init; } = PromptKind.Batch;

    /// <summary>Whether it may wait in the outbox while the cloud cannot be reached.</summary>
    public bool WaitOffline { get; init; }

    /// <summary>Instead of the configured deadline.</summary>
    public TimeSpan? Deadline { get; init; }

    public IdempotencyKey? Idempotency { get; init; }

    /// <summary>The request that brings it, where it shall be known again.</summary>
    public RequestMark? Request { get; init; }

    /// <summary>How to find an earlier sending of that request; <see cref="RepeatSearch.IsAwaited"/> is the intake's to fill in.</summary>
    public RepeatSearch? Search { get; init; }

    /// <summary>
    /// Whether the caller waits for the outcome, and so counts from now until <see cref="PromptIntake.CallerLeftAsync"/>. A prompt found again
    /// that was cancelled because all its callers had gone is then asked anew.
    /// </summary>
    public bool Awaited { get; init; }

    public Guid? RetryOf { get; init; }

    /// <summary>The id of the API key that asks; null for who needs none.</summary>
    public string? Owner { get; init; }
}
