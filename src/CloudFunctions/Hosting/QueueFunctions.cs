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
        new("Escalation", QueueAddress.Escalations, escalations.HandleAsync),
        new("EscalationPoison", RejectedMessages.EscalationsPoison, poison.HandleAsync, IsPoison: true),
        new("Result", QueueAddress.Results, results.HandleAsync),
    ];
}
