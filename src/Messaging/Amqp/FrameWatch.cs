using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Looks at the frames that come in, for the one thing the library does not tell: what the broker says about a receiving link's credit. Without
/// it, "the queue is empty" would be a guess by the clock.
/// </summary>
internal sealed class FrameWatch
{
    /// <summary>A frame's header behind its size, and a descriptor.</summary>
    public const int LeastBytes = 7;

    private const byte AmqpFrame = 0;
    private const byte SmallULong = 0x53;
    private const byte ULong = 0x80;
    private const ulong AttachCode = 0x12;
    private const ulong FlowCode = 0x13;

    private readonly ConcurrentDictionary<(ushort Channel, uint Handle), string> _links = new();
    private readonly ConcurrentDictionary<string, Action<Flow>> _followers = new(StringComparer.Ordinal);

    /// <summary>Calls back whenever the broker tells the state of a link. Runs on the thread that reads: it must be quick.</summary>
    public void Follow(string linkName, Action<Flow> follower) => _followers[linkName] = follower;

    /// <summary>Forgets a link.</summary>
    public void Forget(string linkName) => _followers.TryRemove(linkName, out _);

    /// <summary>Looks at a frame without its size, before the library does.</summary>
    public void Inspect(byte[] buffer, int offset, int count)
    {
        var body = buffer.AsSpan(offset, count);
        var start = (body[0] * 4) - sizeof(uint);
        if (body[1] != AmqpFrame || start < sizeof(uint) || start + 3 > count || body[start] != 0 || CodeAt(body[start..]) is not (AttachCode or FlowCode))
        {
            return;
        }

        var channel = (ushort)((body[2] << 8) | body[3]);
        switch (Encoder.ReadObject(new ByteBuffer(buffer, offset + start, count - start, count - start)))
        {
            // The broker's end of our receiving links is a sender.
            case Attach { Role: false } attach:
                _links[(channel, attach.Handle)] = attach.LinkName;
                break;
            case Attach attach:
                _links.TryRemove((channel, attach.Handle), out _);
                break;
            case Flow { HasHandle: true } flow when _links.TryGetValue((channel, flow.Handle), out var name)
                && _followers.TryGetValue(name, out var follower):
                follower(flow);
                break;
        }
    }

    private static ulong CodeAt(ReadOnlySpan<byte> descriptor) => descriptor[1] switch
    {
        SmallULong => descriptor[2],
        ULong when descriptor.Length >= 10 => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(descriptor[2..]),
        _ => 0,
    };
}
