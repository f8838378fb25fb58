namespace Hybrid.Inference.Constraints.Regular;

/// <summary>A pattern is no regular expression, or one that no automaton can keep; the message ends the sentence "the pattern …".</summary>
internal sealed class PatternException(string message) : Exception(message);
