namespace Hybrid.Inference.Constraints.Grammars;

/// <summary>What a grammar node stands for.</summary>
internal enum GrammarNodeKind
{
    /// <summary>A text that an automaton accepts.</summary>
    Terminal,

    /// <summary>Its children, one after the other.</summary>
    Sequence,

    /// <summary>One of its children.</summary>
    Choice,

    /// <summary>Its child, so many times.</summary>
    Repeat,

    /// <summary>Its child, one level of brackets deeper.</summary>
    Nest,

    /// <summary>Its child; stands in for a node that is not known yet.</summary>
    Reference,
}
