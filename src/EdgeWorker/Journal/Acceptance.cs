namespace Hybrid.EdgeWorker.Journal;

/// <summary>What became of a prompt that was handed in.</summary>
/// <param name="Id">The prompt's id: the new one, or that of the earlier prompt under the same idempotency key.</param>
/// <param name="Kind">Whether it is new, known, or in conflict with an earlier one.</param>
internal readonly record struct Acceptance(Guid Id, AcceptanceKind Kind);
