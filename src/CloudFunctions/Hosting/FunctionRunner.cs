using System.Diagnostics.CodeAnalysis;
using Hybrid.CloudFunctions.Models;
using Hybrid.Messaging;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>Runs a function on a message for any host. Whatever happens, the process goes on.</summary>
internal sealed partial class FunctionRunner(ILogger<FunctionRunner> logger)
{
    /// <summary>Runs one attempt; throws nothing.</summary>
    [SuppressMessage(
        "Design", "CA1031", Justification = "The boundary: a bad message must never take the process down, which the host delivers again.")]
    public async Task<RunEnd> RunAsync(QueueFunction function, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            return await function.Handle(body, cancellationToken) == Handled.Done ? RunEnd.Done : RunEnd.Later;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogCancelled(logger, function.Name);
            return RunEnd.Cancelled;
        }
        catch (Exception exception) when (exception is ModelUnavailableException or MessagingException)
        {
            LogUnavailable(logger, function.Name, exception.Message);
            return RunEnd.Failed;
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, function.Name);
            return RunEnd.Failed;
        }
    }

    [LoggerMessage(EventId = 6050, Level = LogLevel.Information, Message = "{Function} was cancelled; its message comes again.")]
    private static partial void LogCancelled(ILogger logger, string function);

    [LoggerMessage(EventId = 6051, Level = LogLevel.Warning, Message = "{Function} failed and its message comes again: {Problem}")]
    private static partial void LogUnavailable(ILogger logger, string function, string problem);

    [LoggerMessage(EventId = 6052, Level = LogLevel.Error, Message = "{Function} failed unexpectedly; its message comes again.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function);
}
