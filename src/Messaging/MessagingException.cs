namespace Hybrid.Messaging;

/// <summary>The broker could not be reached or refused.</summary>
/// <param name="kind">What a caller can do about it.</param>
/// <param name="message">What happened and how to mend it.</param>
/// <param name="innerException">The SDK's exception.</param>
public sealed class MessagingException(MessagingFailure kind, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What a caller can do about it.</summary>
    public MessagingFailure Kind { get; } = kind;
}
