using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Looks at the frames that come in, for the one thing the library does not tell: what the broker says about a receiving link's credit. Without
/// it, "the queue is empty" would be a guess by the clock.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is not used holds nothing.")]
internal sealed class FrameWatch
{
    /// <summary>A frame's header behind its size, and a descriptor.</summary>
    public const int LeastBytes = 7;

    /// <summary>Longer than any frame takes; a line that broke in the middle of one must not hold anybody up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const byte AmqpFrame = 0;
    private const byte SmallULong = 0x53;
    private const byte ULong = 0x80;
    private const ulong AttachCode = 0x12;
    private const ulong FlowCode = 0x13;

    private readonly ConcurrentDictionary<(ushort Channel, uint Handle), string> _links = new();
    private readonly ConcurrentDictionary<string, Action<Flow>> _followers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _frame = new(1, 1);
    private (Action<Flow> Follower, Flow Flow)? _untold;
    private int _isOpen;

    /// <summary>Calls back whenever the broker tells the state of a link. Runs on the thread that reads: it must be quick.</summary>
    public void Follow(string linkName, Action<Flow> follower) => _followers[linkName] = follower;

    /// <summary>Forgets a link.</summary>
    public void Forget(string linkName) => _followers.TryRemove(linkName, out _);

    /// <summary>
    /// The library is done with the last frame: tells what it said. Not earlier: what is asked of the link in answer would be there before the frame
    /// is, and the library would take the frame for the answer to that.
    /// </summary>
    public void End()
    {
        if (_untold is var (follower, flow))
        {
            _untold = null;
            follower(flow);
        }

        Stop();
    }

    /// <summary>No frame is under way any more.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _isOpen, 0) == 1)
        {
            _frame.Release();
        }
    }

    /// <summary>Does something while the library is in the middle of no frame, so that it and its caller count the same.</summary>
    /// <remarks>Not from a callback of the library's: it would wait for itself.</remarks>
    public async Task BetweenAsync(Action work)
    {
        var isMine = await _frame.WaitAsync(Patience);
        try
        {
            work();
        }
        finally
        {
            if (isMine)
            {
                _frame.Release();
            }
        }
    }

    /// <summary>A frame is about to be given to the library.</summary>
    public async Task BeginAsync()
    {
        await _frame.WaitAsync();
        _isOpen = 1;
    }

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
                _untold = (follower, flow);
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
