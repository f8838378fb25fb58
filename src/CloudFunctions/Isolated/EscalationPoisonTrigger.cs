using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Escalations that the host has put aside.</summary>
internal sealed class EscalationPoisonTrigger(Invocation invocation)
{
    /// <summary>Handles one message.</summary>
    [Function(FunctionNames.EscalationPoison)]
    public Task Run(
        [QueueTrigger("escalations-poison", Connection = CloudConfiguration.HostStorage)] BinaryData message, CancellationToken cancellationToken) =>
        invocation.RunAsync(FunctionNames.EscalationPoison, message, cancellationToken);
}
