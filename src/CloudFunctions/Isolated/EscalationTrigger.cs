using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Escalations over Storage queues.</summary>
internal sealed class EscalationTrigger(Invocation invocation)
{
    /// <summary>Handles one message.</summary>
    [Function(FunctionNames.Escalation)]
    public Task Run(
        [QueueTrigger("escalations", Connection = CloudConfiguration.HostStorage)] BinaryData message, CancellationToken cancellationToken) =>
        invocation.RunAsync(FunctionNames.Escalation, message, cancellationToken);
}
