namespace Hybrid.Inference.Constraints.Grammars;

/// <summary>A context-free grammar of JSON texts. Immutable.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Root">The node that stands for a whole text.</param>
/// <param name="Depths">
/// How many levels of brackets each node needs at least; <see cref="Impossible"/> where no finite text matches.
/// </param>
/// <param name="HasFreeNames">Whether an object may get members whose names the schema does not give.</param>
internal sealed record Grammar(IReadOnlyList<GrammarNode> Nodes, int Root, IReadOnlyList<int> Depths, bool HasFreeNames)
{
    /// <summary>The most levels of brackets in a text; System.Text.Json reads 64 unless told otherwise.</summary>
    public const int MaxDepth = 60;

    /// <summary>The depth of what cannot be written.</summary>
    public const int Impossible = int.MaxValue;
}
