using Azure.Messaging.ServiceBus;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Escalations over Service Bus.</summary>
internal sealed class EscalationServiceBusTrigger(Invocation invocation)
{
    /// <summary>Handles one message.</summary>
    [Function(FunctionNames.EscalationServiceBus)]
    public Task Run(
        [ServiceBusTrigger("escalations", Connection = CloudConfiguration.HostServiceBus)] ServiceBusReceivedMessage message,
        CancellationToken cancellationToken) =>
        invocation.RunAsync(FunctionNames.EscalationServiceBus, message, cancellationToken);
}
