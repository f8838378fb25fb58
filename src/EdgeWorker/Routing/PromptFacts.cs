namespace Hybrid.EdgeWorker.Routing;

/// <summary>All the router knows of a prompt.</summary>
/// <param name="Model">What the caller asked for.</param>
/// <param name="LocalModel">The local model's name; null if none is loaded.</param>
/// <param name="PromptTokens">The prompt's length for the local model; null if none is loaded.</param>
/// <param name="LocalContextTokens">What the local model can hold, prompt and answer together.</param>
/// <param name="CloudReachable">Whether the queue can be reached; null if nobody has tried yet.</param>
/// <param name="WaitOffline">Whether the caller lets the prompt wait while the queue cannot be reached.</param>
/// <param name="Chore">Which chore of a chat program it is; null for none.</param>
/// <param name="NeedsTools">Whether it needs tools, which local models cannot call.</param>
internal sealed record PromptFacts(
    string Model, string? LocalModel, int? PromptTokens, int LocalContextTokens, bool? CloudReachable, bool WaitOffline,
    string? Chore = null, bool NeedsTools = false);
