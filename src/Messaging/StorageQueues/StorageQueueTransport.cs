using System.Collections.Concurrent;
using Azure.Storage.Queues;
using Hybrid.Contracts;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.StorageQueues;

/// <summary>
/// Azure Storage queues, and Azurite. A device's own queue is named <c>{name}-{deviceId}</c>; every queue has a <c>{queue}-poison</c>.
/// </summary>
internal sealed class StorageQueueTransport(
    QueueServiceClient service, DeadLetterStore deadLetters, TimeProvider time, ILogger<StorageQueueTransport> logger)
    : IMessageTransport
{
    private readonly ConcurrentDictionary<QueueAddress, StorageQueue> _queues = new();

    public TransportAbilities Abilities { get; } = new(
        Limits.StorageQueueBodyBytes, CreatesQueues: true, Ordered: false, CountsDeliveries: true, DropsDuplicates: false);

    public IMessageQueue Open(QueueAddress address) =>
        _queues.GetOrAdd(address, key => new StorageQueue(service, StorageQueueName.Of(key), deadLetters, time, logger));

    // The clients belong to StorageClients.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
