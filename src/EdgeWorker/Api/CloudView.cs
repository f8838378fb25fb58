namespace Hybrid.EdgeWorker.Api;

/// <summary>Whether the queue can be reached.</summary>
/// <param name="Reachable">True, false, or null while nobody has tried.</param>
/// <param name="Trouble">Why not.</param>
internal sealed record CloudView(bool? Reachable = null, string? Trouble = null);
