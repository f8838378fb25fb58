namespace Hybrid.EdgeWorker.Cli;

/// <summary>A key as <c>keys list --json</c> shows it.</summary>
internal sealed record KeyLine(
    string Id, string Name, bool Active, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, int? RequestsPerMinute);
