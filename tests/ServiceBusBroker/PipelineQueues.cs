namespace Hybrid.ServiceBusBroker;

/// <summary>The queues that the product uses, as its administrator makes them.</summary>
public static class PipelineQueues
{
    private static readonly BrokerQueueOptions Usual = new() { LockDuration = TimeSpan.FromSeconds(15), RequiresDuplicateDetection = true };

    /// <summary>Names and how they are made.</summary>
    public static IReadOnlyDictionary<string, BrokerQueueOptions> All { get; } = new Dictionary<string, BrokerQueueOptions>
    {
        ["escalations"] = Usual,
        ["results"] = Usual,
        ["answers"] = Usual with { RequiresSession = true },
        ["escalations-rejected"] = Usual,
        ["results-poison"] = Usual,
    };
}
