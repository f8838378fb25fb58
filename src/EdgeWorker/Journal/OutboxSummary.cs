namespace Hybrid.EdgeWorker.Journal;

/// <summary>What waits in the outbox for one queue.</summary>
internal sealed record OutboxSummary(string Queue, long Pending, DateTimeOffset Oldest, long MostAttempts, string? LastError);
