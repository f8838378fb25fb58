namespace Hybrid.EdgeWorker.Journal;

/// <summary>A settled prompt that may go, and its place in the order they go in.</summary>
internal readonly record struct PrunablePrompt(string Id, long ChangedAt, long Row)
{
    /// <summary>Before the first.</summary>
    public static PrunablePrompt None { get; } = new("", long.MinValue, 0);
}
