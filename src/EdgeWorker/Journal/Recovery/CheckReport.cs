namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>Whether a journal is sound.</summary>
/// <param name="Damage">What is wrong; empty if nothing is.</param>
/// <param name="Prompts">How many it holds; 0 where that cannot be told.</param>
internal sealed record CheckReport(IReadOnlyList<string> Damage, long Prompts)
{
    public bool IsSound => Damage.Count == 0;
}
