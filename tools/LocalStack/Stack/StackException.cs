namespace Hybrid.LocalStack.Stack;

/// <summary>The stack cannot run.</summary>
/// <param name="message">What happened and how to mend it.</param>
/// <param name="innerException">Where it came from.</param>
internal sealed class StackException(string message, Exception? innerException = null) : Exception(message, innerException);
