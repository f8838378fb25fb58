using System.Collections.Concurrent;
using System.Net.Sockets;
using Amqp.Handler;

namespace Hybrid.ServiceBusBroker;

/// <summary>Keeps the sockets, to be cut, and gives deliveries their tags, which the library would number.</summary>
internal sealed class ListenerEvents(ConcurrentDictionary<Socket, byte> sockets) : IHandler
{
    public bool CanHandle(EventId id) => id is EventId.SendDelivery or EventId.SocketAccept;

    public void Handle(Event protocolEvent)
    {
        switch (protocolEvent.Context)
        {
            case IDelivery { Message: TaggedMessage message } delivery:
                delivery.Tag = message.Tag;
                break;
            case Socket socket:
                sockets[socket] = 0;
                break;
        }
    }
}
