namespace Hybrid.EdgeWorker.Journal;

/// <summary>What became of a prompt that was handed in.</summary>
/// <param name="Id">The prompt's id: the new one, or that of the earlier prompt under the same idempotency key.</param>
/// <param name="Kind">Whether it is new, known, in conflict with an earlier one, or refused because the journal is full.</param>
/// <param name="Refusal">Why the journal is full, and what to do; null where it is not.</param>
internal readonly record struct Acceptance(Guid Id, AcceptanceKind Kind, string? Refusal = null);
