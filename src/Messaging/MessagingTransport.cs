namespace Hybrid.Messaging;

/// <summary>The transports a configuration can name.</summary>
public enum MessagingTransport
{
    /// <summary>Azure Storage queues; locally Azurite.</summary>
    StorageQueue,
}
