using Hybrid.CloudFunctions.Escalations;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.CloudFunctions.Results;
using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>All functions with a queue. The folders under <c>Functions/</c> say the same to the Functions host.</summary>
internal sealed class QueueFunctions(EscalationHandler escalations, PoisonHandler poison, ResultHandler results)
{
    /// <summary>The functions.</summary>
    public IReadOnlyList<QueueFunction> All { get; } =
    [
        new(
            FunctionNames.Escalation, FunctionNames.EscalationServiceBus, QueueAddress.Escalations,
            (delivery, token) => escalations.HandleAsync(delivery.Body, token)),
        new(
            FunctionNames.EscalationPoison, FunctionNames.EscalationDeadLetter, RejectedMessages.EscalationsPoison,
            (delivery, token) => poison.HandleAsync(delivery.Body, delivery.Reason, token), IsPoison: true),
        new(
            FunctionNames.Result, FunctionNames.ResultServiceBus, QueueAddress.Results,
            (delivery, token) => results.HandleAsync(delivery.Body, token)),
    ];
}
