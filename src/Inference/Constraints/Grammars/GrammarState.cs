namespace Hybrid.Inference.Constraints.Grammars;

/// <summary>Where a text may stand: the terminals that can go on, each with its stack.</summary>
internal sealed class GrammarState(Frame[] threads, bool isAccepting)
{
    /// <summary>The terminals under way.</summary>
    public Frame[] Threads => threads;

    /// <summary>Whether the text may end here.</summary>
    public bool IsAccepting => isAccepting;

    /// <summary>Whether the text is complete and cannot go on.</summary>
    public bool IsComplete => isAccepting && threads.Length == 0;

    /// <summary>The states after each byte, as far as they were asked for.</summary>
    public GrammarState?[]? Next { get; set; }

    /// <summary>Whether every character of plain text leads back here, as within a string; null until asked for.</summary>
    public bool? TakesPlainText { get; set; }

    /// <summary>The tokens that may follow, one bit each; null until asked for.</summary>
    public ulong[]? Mask { get; set; }
}
