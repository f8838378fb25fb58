namespace Hybrid.EdgeWorker.Api;

/// <summary>What waits to be sent to one queue.</summary>
internal sealed record OutboxView(string Queue, long Pending, DateTimeOffset Oldest, long MostAttempts, string? LastError = null);
