using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Grammars;

/// <summary>One node of a grammar.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Children">The nodes it is made of.</param>
/// <param name="Language">The automaton of a terminal.</param>
/// <param name="Least">The fewest repetitions.</param>
/// <param name="Most">The most repetitions, or null.</param>
internal sealed record GrammarNode(GrammarNodeKind Kind, int[] Children, Dfa? Language = null, int Least = 0, int? Most = null);
