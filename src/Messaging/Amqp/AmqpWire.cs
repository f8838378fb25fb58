namespace Hybrid.Messaging.Amqp;

/// <summary>What carries the frames.</summary>
internal enum AmqpWire
{
    /// <summary>TCP in the clear: an emulator, or a broker whose operator says so.</summary>
    Plain,

    /// <summary>TLS over TCP.</summary>
    Tls,

    /// <summary>Web sockets in the clear: an emulator.</summary>
    PlainWebSocket,

    /// <summary>Web sockets over TLS.</summary>
    WebSocket,
}
