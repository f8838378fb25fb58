namespace Hybrid.EdgeWorker.Api;

/// <summary>Whether the device can accept prompts.</summary>
internal sealed record ReadyView(bool Ready, string? Trouble = null);
