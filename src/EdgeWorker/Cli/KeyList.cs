namespace Hybrid.EdgeWorker.Cli;

/// <summary>All keys.</summary>
internal sealed record KeyList(IReadOnlyList<KeyLine> Keys);
