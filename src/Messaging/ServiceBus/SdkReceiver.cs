using Azure.Messaging.ServiceBus;

namespace Hybrid.Messaging.ServiceBus;

/// <summary>Where a queue's messages come from. Thread safe.</summary>
internal abstract class SdkReceiver
{
    /// <summary>
    /// The shortest wait: without prefetch the SDK takes none of zero, and one round trip must fit in.
    /// </summary>
    protected static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    /// <summary>Receives what is there, up to a number; waits for the first.</summary>
    /// <returns>The messages, and what they came by.</returns>
    public abstract Task<(ServiceBusReceiver Receiver, IReadOnlyList<ServiceBusReceivedMessage> Messages)?> ReceiveAsync(
        int maxMessages, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Prolongs the lock of a message.</summary>
    /// <exception cref="ServiceBusException">The lock is lost, or the broker could not be asked.</exception>
    /// <returns>Its new end, by the broker's clock.</returns>
    public abstract Task<DateTimeOffset> RenewAsync(SdkMessage message, CancellationToken cancellationToken);

    /// <summary>Closes what is open.</summary>
    public abstract Task CloseAsync();
}
