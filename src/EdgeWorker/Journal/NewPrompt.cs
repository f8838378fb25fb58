using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>A prompt to accept.</summary>
internal sealed record NewPrompt
{
    public required Guid Id { get; init; }

    public required PromptKind Kind { get; init; }

    public required DateTimeOffset AcceptedAt { get; init; }

    public required DateTimeOffset Deadline { get; init; }

    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    public PromptOptions? Options { get; init; }

    /// <summary>What the caller asked for: <c>hybrid</c>, <c>cloud</c> or a local model's name.</summary>
    public required string Model { get; init; }

    public string? Task { get; init; }

    /// <summary>Whether the prompt may wait in the outbox while the cloud cannot be reached.</summary>
    public bool WaitOffline { get; init; }

    public IdempotencyKey? Idempotency { get; init; }

    /// <summary>The request that brought it, where it shall be known again.</summary>
    public RequestMark? Request { get; init; }

    /// <summary>How to find an earlier sending of that request.</summary>
    public RepeatSearch? Search { get; init; }

    /// <summary>Within what its idempotency key is unique: keys of different API keys never meet.</summary>
    public string? Scope => Owner is null ? Idempotency?.Scope : Idempotency is { Scope: var scope } ? $"{scope} {Owner}" : null;

    public Guid? RetryOf { get; init; }

    /// <summary>The id of the API key that asks; null for who needs none.</summary>
    public string? Owner { get; init; }

    public string? TraceParent { get; init; }
}
