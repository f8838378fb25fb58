using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>The pumps of all functions, for <c>--standalone</c>.</summary>
internal sealed class QueuePumps(
    QueueFunctions functions, IMessageTransport transport, IOptions<MessagingOptions> messaging, FunctionRunner runner, HostFile host,
    LeaseOptions lease, TimeProvider time, ILogger<QueuePump> logger)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        functions.All.Select(function =>
            new QueuePump(function, transport, messaging.Value, runner, host, lease, time, logger).RunAsync(stoppingToken)));
}
