using System.Net.Sockets;
using System.Xml;
using Azure;
using Azure.Identity;

namespace Hybrid.Messaging.Storage;

/// <summary>Runs calls to the storage account and turns the SDK's failures into <see cref="MessagingException"/>.</summary>
internal static class StorageFailures
{
    /// <summary>Runs a call.</summary>
    /// <param name="what">For people: the operation and its object, as <c>Sending to queue 'results'</c>.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">The token the call was given; its cancellation is no failure.</param>
    /// <exception cref="MessagingException">Whatever went wrong, by what a caller can do about it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<T> RunAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or OperationCanceledException
            or AuthenticationFailedException or XmlException or IOException or HttpRequestException or TimeoutException
            // HttpClient lets it through where a connection is reset in the moment it is made.
            or SocketException)
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
        // After several attempts the SDK throws all their failures together; the last one tells the present state.
        var cause = exception is AggregateException all ? all.Flatten().InnerExceptions[^1] : exception;
        var (kind, why) = cause switch
        {
            RequestFailedException failure => Judge(failure),
            AuthenticationFailedException when !FromNetwork(cause) => (MessagingFailure.Denied,
                "no identity could be obtained. Sign in with 'az login', or assign a managed identity to this machine"),
            // Not the service's XML: a captive portal or a proxy in between.
            XmlException => (MessagingFailure.Unavailable, "something that is not the storage service answered"),
            OperationCanceledException or TimeoutException => (MessagingFailure.Unavailable, "it took too long"),
            _ => (MessagingFailure.Unavailable, "the service could not be reached"),
        };
        return new MessagingException(kind, $"{what} failed: {why}.", exception);
    }

    private static (MessagingFailure Kind, string Why) Judge(RequestFailedException failure) => failure.Status switch
    {
        0 => (MessagingFailure.Unavailable, "the service could not be reached"),
        404 => (MessagingFailure.NotFound, $"it does not exist ({failure.ErrorCode ?? "404"})"),
        401 or 403 => (MessagingFailure.Denied,
            $"access was denied ({failure.ErrorCode ?? failure.Status.ToString(Invariant)}). "
            + "Check the connection string, or the identity's roles (Storage Queue Data Contributor, "
            + "Storage Blob Data Contributor), and this machine's clock"),
        413 => (MessagingFailure.Refused, "it is too large"),
        // Only a refusal that names the size condemns the message. Any other 4xx comes from the surroundings:
        // an emulator that is too old, a proxy; the message may pass once they are mended.
        400 when failure.ErrorCode is "RequestBodyTooLarge" or "MessageTooLarge" => (MessagingFailure.Refused, "it is too large"),
        // 409: the queue or container is just being deleted or disabled. 408 and 429: later.
        408 or 409 or 412 or 429 or >= 500 => (MessagingFailure.Unavailable, $"the service answered {failure.Status} {failure.ErrorCode}"),
        < 400 => (MessagingFailure.Unavailable, $"something that is not the storage service answered {failure.Status}"),
        _ => (MessagingFailure.Denied, $"the service answered {failure.Status} {failure.ErrorCode}"),
    };

    private static bool FromNetwork(Exception exception)
    {
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpRequestException or IOException or SocketException or OperationCanceledException
                or RequestFailedException { Status: 0 or >= 500 })
            {
                return true;
            }
        }

        return false;
    }

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;
}
