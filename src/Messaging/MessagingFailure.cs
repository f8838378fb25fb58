namespace Hybrid.Messaging;

/// <summary>What a caller can do about a failure.</summary>
public enum MessagingFailure
{
    /// <summary>The network or the broker is away or busy: try again later.</summary>
    Unavailable,

    /// <summary>The queue or container does not exist: ensure it, then try again.</summary>
    NotFound,

    /// <summary>The broker turns us away (wrong credentials, a missing role, a version it does not speak): an operator must act.</summary>
    Denied,

    /// <summary>This message can never be sent: too large or malformed.</summary>
    Refused,
}
