using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Amqp;
using Amqp.Framing;
using Azure.Identity;

namespace Hybrid.Messaging.Amqp;

/// <summary>Says what a caller can do about what went wrong at the broker.</summary>
internal static class AmqpFailures
{
    public const string SessionTaken = "com.microsoft:session-cannot-be-locked";
    public const string SessionLost = "com.microsoft:session-lock-lost";
    public const string MessageLost = "com.microsoft:message-lock-lost";
    public const string ServerBusy = "com.microsoft:server-busy";

    /// <summary>Whether an exception is the network's, the library's or the broker's, and not a mistake of ours.</summary>
    public static bool IsKnown(Exception exception) => exception is AmqpException or SocketException or IOException or AuthenticationException
        or WebSocketException or TimeoutException or OperationCanceledException or ObjectDisposedException or AuthenticationFailedException
        or InvalidOperationException;

    /// <summary>Translates whatever an operation threw.</summary>
    /// <param name="what">For people: the operation and its object, as <c>Sending to queue 'results'</c>.</param>
    /// <param name="exception">One of those of <see cref="IsKnown"/>.</param>
    public static MessagingException Translate(string what, Exception exception)
    {
        if (exception is MessagingException known)
        {
            return known;
        }

        var (kind, why) = exception switch
        {
            AmqpException { Error: { } error } => Judge(error),
            AuthenticationException => (MessagingFailure.Denied,
                $"the broker's certificate is not trusted ({exception.Message}). Check the host's name, this machine's clock, and for a certificate "
                + $"authority of your own {MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{nameof(AmqpOptions.CertificateAuthority)}"),
            AuthenticationFailedException when !FromNetwork(exception) => (MessagingFailure.Denied,
                "no identity could be obtained. Sign in with 'az login', or assign a managed identity to this machine"),
            OperationCanceledException or TimeoutException => (MessagingFailure.Unavailable, "it took too long"),
            _ => (MessagingFailure.Unavailable, "the broker could not be reached"),
        };
        return new MessagingException(kind, $"{what} failed: {why}.", exception);
    }

    /// <summary>Translates what the broker gave as the reason.</summary>
    public static MessagingException Translate(string what, Error? error)
    {
        var (kind, why) = error is null ? (MessagingFailure.Unavailable, "the broker ended the link") : Judge(error);
        return new MessagingException(kind, $"{what} failed: {why}.", error is null ? null : new AmqpException(error));
    }

    /// <summary>Whether a condition says that what was locked is not ours any more.</summary>
    public static bool IsLost(string? condition) => condition is MessageLost or SessionLost;

    private static (MessagingFailure Kind, string Why) Judge(Error error) => (string?)error.Condition switch
    {
        ErrorCode.NotFound or "com.microsoft:messaging-entity-not-found" or ErrorCode.ResourceDeleted =>
            (MessagingFailure.NotFound, $"it does not exist ({Said(error)})"),
        ErrorCode.UnauthorizedAccess or "com.microsoft:auth-failed" => (MessagingFailure.Denied,
            $"access was denied ({Said(error)}). Check the identity's roles (Azure Service Bus Data Sender, Data Receiver), the key, or user and "
            + "password, and this machine's clock"),
        ErrorCode.MessageSizeExceeded => (MessagingFailure.Refused,
            $"it is too large for the broker ({Said(error)}). Lower {MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{nameof(AmqpOptions.MaxBodyBytes)}"),
        ServerBusy => (MessagingFailure.Unavailable, "the broker is busy"),
        ErrorCode.ResourceLimitExceeded => (MessagingFailure.Unavailable, $"a quota is used up, such as the queue's size ({Said(error)})"),
        SessionTaken => (MessagingFailure.Denied,
            "another worker has this device's session. Stop the other one, give each its own Device:Id, or set "
            + $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{nameof(AmqpOptions.WhenSessionTaken)} to {nameof(Amqp.SessionTaken.Wait)}"),
        "com.microsoft:entity-disabled" or ErrorCode.NotAllowed or ErrorCode.NotImplemented or ErrorCode.InvalidField
            or "com.microsoft:argument-error" or "com.microsoft:argument-out-of-range" =>
            (MessagingFailure.Denied, $"the broker refuses it ({Said(error)})"),
        ErrorCode.ConnectionForced or ErrorCode.DetachForced or ErrorCode.InternalError or "com.microsoft:timeout"
            or "com.microsoft:container-close" or ErrorCode.MessageReleased =>
            (MessagingFailure.Unavailable, "the connection was lost, or the broker is busy with itself"),
        _ => (MessagingFailure.Unavailable, $"the broker answered {Said(error)}"),
    };

    // The description is the broker's text about its own affairs; it may be long.
    private static string Said(Error error)
    {
        const int most = 200;
        var text = error.Description is { Length: > 0 } description ? $"{(string)error.Condition}: {description}" : (string)error.Condition;
        return text.Length <= most ? text : text[..most];
    }

    private static bool FromNetwork(Exception exception)
    {
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpRequestException or IOException or SocketException or OperationCanceledException
                or Azure.RequestFailedException { Status: 0 or >= 500 })
            {
                return true;
            }
        }

        return false;
    }
}
