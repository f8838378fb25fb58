using System.Diagnostics.CodeAnalysis;
using Hybrid.CloudFunctions.Models;
using Hybrid.Messaging;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>Runs a function on a message for any host. Whatever happens, the process goes on.</summary>
internal sealed partial class FunctionRunner(ILogger<FunctionRunner> logger)
{
    private static readonly Func<ILogger, string, int, string?, string?, IDisposable?> MessageScope =
        LoggerMessage.DefineScope<string, int, string?, string?>(
            "message {MessageId}, delivery {DeliveryCount}, session {SessionId}, correlation {CorrelationId}");

    /// <summary>Runs one attempt; throws nothing.</summary>
    [SuppressMessage(
        "Design", "CA1031", Justification = "The boundary: a bad message must never take the process down, which the host delivers again.")]
    public async Task<RunEnd> RunAsync(QueueFunction function, Delivery delivery, CancellationToken cancellationToken)
    {
        // Around whatever the handler logs: where the log shows scopes, the broker's view of the message stands beside ours.
        using var scope = delivery.MessageId is { } id
            ? MessageScope(logger, id, delivery.DeliveryCount, delivery.SessionId, delivery.CorrelationId)
            : null;
        try
        {
            return await function.Handle(delivery, cancellationToken) == Handled.Done ? RunEnd.Done : RunEnd.Later;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogCancelled(logger, function.Name, delivery.MessageId, delivery.DeliveryCount);
            return RunEnd.Cancelled;
        }
        catch (Exception exception) when (exception is ModelUnavailableException or MessagingException)
        {
            LogUnavailable(logger, function.Name, delivery.MessageId, delivery.DeliveryCount, exception.Message);
            return RunEnd.Failed;
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, function.Name, delivery.MessageId, delivery.DeliveryCount);
            return RunEnd.Failed;
        }
    }

    [LoggerMessage(
        EventId = 6050, Level = LogLevel.Information,
        Message = "{Function} was cancelled; its message {MessageId} (delivery {DeliveryCount}) comes again.")]
    private static partial void LogCancelled(ILogger logger, string function, string? messageId, int deliveryCount);

    [LoggerMessage(
        EventId = 6051, Level = LogLevel.Warning,
        Message = "{Function} failed and its message {MessageId} (delivery {DeliveryCount}) comes again: {Problem}")]
    private static partial void LogUnavailable(ILogger logger, string function, string? messageId, int deliveryCount, string problem);

    [LoggerMessage(
        EventId = 6052, Level = LogLevel.Error,
        Message = "{Function} failed unexpectedly; its message {MessageId} (delivery {DeliveryCount}) comes again.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string? messageId, int deliveryCount);
}
