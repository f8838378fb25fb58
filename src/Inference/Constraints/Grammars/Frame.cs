namespace Hybrid.Inference.Constraints.Grammars;

/// <summary>An entry of a parser's stack; equal ones are one object within an automaton.</summary>
internal sealed class Frame(int node, int progress, Frame? parent, int depth, int id)
{
    /// <summary>The node that is under way.</summary>
    public int Node => node;

    /// <summary>A terminal's state, a sequence's next child, or how often a repetition's child has begun.</summary>
    public int Progress => progress;

    /// <summary>What goes on when the node is done; null where the text is complete then.</summary>
    public Frame? Parent => parent;

    /// <summary>Levels of brackets around it.</summary>
    public int Depth => depth;

    /// <summary>Its number.</summary>
    public int Id => id;
}
