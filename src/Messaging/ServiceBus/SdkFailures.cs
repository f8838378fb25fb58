using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Hybrid.Messaging.Amqp;

namespace Hybrid.Messaging.ServiceBus;

/// <summary>Says what a caller can do about what the SDK threw.</summary>
internal static class SdkFailures
{
    /// <summary>Runs an operation and translates what it throws, except the caller's own cancellation.</summary>
    /// <param name="what">For people: the operation and its object, as <c>Sending to queue 'results'</c>.</param>
    /// <param name="call">The operation.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async Task<T> RunAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (exception is ServiceBusException or UnauthorizedAccessException or AuthenticationFailedException
            or AuthenticationException or SocketException or WebSocketException or IOException or TimeoutException or OperationCanceledException
            or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(what, exception);
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public static Task RunAsync(string what, Func<Task> call, CancellationToken cancellationToken)
    {
        return RunAsync(what, WithoutResultAsync, cancellationToken);

        async Task<bool> WithoutResultAsync()
        {
            await call();
            return true;
        }
    }

    private static MessagingException Translate(string what, Exception exception)
    {
        var (kind, why) = exception switch
        {
            ServiceBusException failure => Judge(failure),
            UnauthorizedAccessException => (MessagingFailure.Denied,
                "access was denied. Check the identity's roles (Azure Service Bus Data Sender, Data Receiver) or the key, and this machine's clock"),
            AuthenticationException => (MessagingFailure.Denied,
                $"the broker's certificate is not trusted ({exception.Message}). Check the host's name and this machine's clock"),
            AuthenticationFailedException when !FromNetwork(exception) => (MessagingFailure.Denied,
                "no identity could be obtained. Sign in with 'az login', or assign a managed identity to this machine"),
            OperationCanceledException or TimeoutException => (MessagingFailure.Unavailable, "it took too long"),
            // What the SDK throws where a queue with sessions is used without one, or the other way round.
            InvalidOperationException and not ObjectDisposedException => (MessagingFailure.Denied,
                $"the broker refuses it ({exception.Message}). The queue 'answers' must have sessions, and no other"),
            _ => (MessagingFailure.Unavailable, "the broker could not be reached"),
        };
        return new MessagingException(kind, $"{what} failed: {why}.", exception);
    }

    private static (MessagingFailure Kind, string Why) Judge(ServiceBusException failure) => failure.Reason switch
    {
        ServiceBusFailureReason.MessagingEntityNotFound => (MessagingFailure.NotFound, "it does not exist"),
        ServiceBusFailureReason.MessagingEntityDisabled => (MessagingFailure.Denied, "the queue is disabled"),
        ServiceBusFailureReason.MessageSizeExceeded => (MessagingFailure.Refused,
            $"it is too large for the broker. Lower {MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{nameof(AmqpOptions.MaxBodyBytes)}"),
        ServiceBusFailureReason.QuotaExceeded => (MessagingFailure.Unavailable, "a quota is used up, such as the queue's size"),
        ServiceBusFailureReason.ServiceBusy => (MessagingFailure.Unavailable, "the broker is busy"),
        ServiceBusFailureReason.ServiceTimeout => (MessagingFailure.Unavailable, "it took too long"),
        ServiceBusFailureReason.SessionCannotBeLocked => (MessagingFailure.Denied,
            "another worker has this device's session. Stop the other one, give each its own Device:Id, or set "
            + $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{nameof(AmqpOptions.WhenSessionTaken)} to {nameof(SessionTaken.Wait)}"),
        ServiceBusFailureReason.ServiceCommunicationProblem => (MessagingFailure.Unavailable, "the broker could not be reached"),
        _ => (MessagingFailure.Unavailable, $"the broker answered {failure.Reason}"),
    };

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
