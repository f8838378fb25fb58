namespace Hybrid.EdgeWorker.Journal;

/// <summary>Whether somebody waits.</summary>
internal enum PromptKind
{
    /// <summary>A caller waits; without the caller the answer is worth nothing.</summary>
    Interactive,

    /// <summary>The outcome is fetched later.</summary>
    Batch,
}
