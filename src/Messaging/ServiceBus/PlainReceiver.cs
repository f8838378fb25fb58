using Azure.Messaging.ServiceBus;
using Hybrid.Messaging.Amqp;

namespace Hybrid.Messaging.ServiceBus;

/// <summary>A queue without sessions, or its dead letters. Locks last as long as the queue was made to lock.</summary>
internal sealed class PlainReceiver(ServiceBusClient client, ServiceBusName names, int prefetch) : SdkReceiver
{
    private readonly ServiceBusReceiver _receiver = client.CreateReceiver(
        names.Receive, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.PeekLock, PrefetchCount = prefetch });

    public override async Task<(ServiceBusReceiver Receiver, IReadOnlyList<ServiceBusReceivedMessage> Messages)?> ReceiveAsync(
        int maxMessages, TimeSpan wait, CancellationToken cancellationToken) => (
        _receiver,
        await _receiver.ReceiveMessagesAsync(maxMessages, wait < ShortestWait ? ShortestWait : wait, cancellationToken));

    public override async Task<DateTimeOffset> RenewAsync(SdkMessage message, CancellationToken cancellationToken)
    {
        await message.Receiver.RenewMessageLockAsync(message.Source, cancellationToken);
        return message.Source.LockedUntil;
    }

    public override Task CloseAsync() => _receiver.CloseAsync();
}
