namespace Hybrid.EdgeWorker.Api;

/// <summary>A prompt's times, UTC.</summary>
/// <param name="AcceptedAt">When it was on disk.</param>
/// <param name="Deadline">When it expires.</param>
/// <param name="SettledAt">When its outcome was on disk; null before.</param>
/// <param name="TotalMs">Milliseconds between the two.</param>
internal sealed record PromptTimings(DateTimeOffset AcceptedAt, DateTimeOffset Deadline, DateTimeOffset? SettledAt = null, double? TotalMs = null);
