namespace Hybrid.Release;

/// <summary>Something is not as it must be; the message says what, and how to mend it.</summary>
internal sealed class ReleaseException(string message) : Exception(message);
