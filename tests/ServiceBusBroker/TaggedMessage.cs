using Amqp;

namespace Hybrid.ServiceBusBroker;

/// <summary>A message on its way to a receiver; the token of its lock becomes the delivery's tag.</summary>
internal sealed class TaggedMessage(Guid token) : Message
{
    public byte[] Tag { get; } = token.ToByteArray();
}
