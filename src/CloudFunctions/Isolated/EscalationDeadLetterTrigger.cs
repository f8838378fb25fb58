using Azure.Messaging.ServiceBus;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Escalations that Service Bus, or a receiver, has put aside.</summary>
internal sealed class EscalationDeadLetterTrigger(Invocation invocation)
{
    /// <summary>Handles one message.</summary>
    [Function(FunctionNames.EscalationDeadLetter)]
    public Task Run(
        [ServiceBusTrigger("escalations/$deadletterqueue", Connection = CloudConfiguration.HostServiceBus)] ServiceBusReceivedMessage message,
        CancellationToken cancellationToken) =>
        invocation.RunAsync(FunctionNames.EscalationDeadLetter, message, cancellationToken);
}
