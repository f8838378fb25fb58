using Azure.Messaging.ServiceBus;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Results over Service Bus.</summary>
internal sealed class ResultServiceBusTrigger(Invocation invocation)
{
    /// <summary>Handles one message.</summary>
    [Function(FunctionNames.ResultServiceBus)]
    public Task Run(
        [ServiceBusTrigger("results", Connection = CloudConfiguration.HostServiceBus)] ServiceBusReceivedMessage message,
        CancellationToken cancellationToken) =>
        invocation.RunAsync(FunctionNames.ResultServiceBus, message, cancellationToken);
}
