namespace Hybrid.ServiceBusBroker;

/// <summary>How a queue is made; the names and defaults are those of Service Bus.</summary>
public sealed record BrokerQueueOptions
{
    /// <summary>How long a message, or a session, is locked for who receives it.</summary>
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Deliveries after which a message that comes back goes to the dead letters.</summary>
    public int MaxDeliveryCount { get; init; } = 10;

    /// <summary>Whether messages belong to sessions, each received by one link at a time.</summary>
    public bool RequiresSession { get; init; }

    /// <summary>Whether a second message with an id seen before is dropped.</summary>
    public bool RequiresDuplicateDetection { get; init; }
}
