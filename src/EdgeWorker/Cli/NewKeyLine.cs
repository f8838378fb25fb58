namespace Hybrid.EdgeWorker.Cli;

/// <summary>A key that was just made: the only time it is seen.</summary>
internal sealed record NewKeyLine(string Id, string Name, string Key);
