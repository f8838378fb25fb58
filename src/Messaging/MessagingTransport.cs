namespace Hybrid.Messaging;

/// <summary>The transports a configuration can name.</summary>
public enum MessagingTransport
{
    /// <summary>Azure Storage queues; locally Azurite.</summary>
    StorageQueue,

    /// <summary>An AMQP 1.0 broker: Azure Service Bus, or any other.</summary>
    Amqp,

    /// <summary>Azure Service Bus over its own SDK; in builds with <c>PackageSet=Full</c>.</summary>
    ServiceBus,
}
