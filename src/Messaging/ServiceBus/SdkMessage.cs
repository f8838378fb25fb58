using Azure.Messaging.ServiceBus;

namespace Hybrid.Messaging.ServiceBus;

/// <summary>A received message with what settles it. Owned by whoever received it.</summary>
internal sealed class SdkMessage(
    ServiceBusReceiver receiver, ServiceBusReceivedMessage source, ReadOnlyMemory<byte> body, string? malformed)
    : ReceivedMessage(body, source.DeliveryCount, malformed)
{
    /// <summary>What it came by; the broker settles it by no other.</summary>
    public ServiceBusReceiver Receiver => receiver;

    public ServiceBusReceivedMessage Source => source;

    /// <summary>Whether it has been settled, or its lock is lost. Read and written only while <see cref="Turn"/> is held.</summary>
    public bool IsSettled { get; set; }

    /// <summary>One operation at a time. Never disposed: its wait handle is not used.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>The body as bytes, or why it cannot be ours.</summary>
    public static (ReadOnlyMemory<byte> Body, string? Malformed) BodyOf(ServiceBusReceivedMessage source)
    {
        try
        {
            return (source.Body.ToMemory(), null);
        }
        catch (NotSupportedException)
        {
            return (
                source.GetRawAmqpMessage().ToBytes().ToMemory(), "The message's body is no bytes, which everything we send is.");
        }
    }
}
