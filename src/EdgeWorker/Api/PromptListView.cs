namespace Hybrid.EdgeWorker.Api;

/// <summary>Prompts, the newest first.</summary>
internal sealed record PromptListView(IReadOnlyList<PromptView> Prompts);
