using System.Buffers;
using System.Net.Sockets;
using Amqp;

namespace Hybrid.Messaging.Amqp;

/// <summary>Carries the library's frames over any stream, and shows what comes in to a <see cref="FrameWatch"/>.</summary>
/// <param name="stream">TCP, TLS or a web socket; owned.</param>
/// <param name="socket">The socket below, if there is nothing between it and the stream: it takes several frames at once without a copy.</param>
/// <param name="abort">Cuts the line without a farewell.</param>
/// <param name="watch">Sees the frames.</param>
internal sealed class StreamTransport(Stream stream, Socket? socket, Action abort, FrameWatch watch) : IAsyncTransport
{
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private int _closed;

    public void SetConnection(Connection connection)
    {
        // Nothing here asks the connection.
    }

    /// <summary>Fills the range completely, so that a frame's body comes in one piece.</summary>
    public async Task<int> ReceiveAsync(byte[] buffer, int offset, int count)
    {
        // Whoever asks for more is done with what came before.
        watch.End();
        var done = 0;
        while (done < count)
        {
            if (_start == _end && !await FillAsync())
            {
                return 0;
            }

            var length = Math.Min(count - done, _end - _start);
            Buffer.BlockCopy(_buffer, _start, buffer, offset + done, length);
            _start += length;
            done += length;
        }

        if (count >= FrameWatch.LeastBytes)
        {
            await watch.BeginAsync();
            watch.Inspect(buffer, offset, count);
        }

        return count;
    }

    public async Task SendAsync(IList<ByteBuffer> bufferList, int listSize)
    {
        if (bufferList.Count == 1)
        {
            await stream.WriteAsync(bufferList[0].Buffer.AsMemory(bufferList[0].Offset, bufferList[0].Length));
            return;
        }

        if (socket is not null)
        {
            await GatherAsync(socket, bufferList, listSize);
            return;
        }

        var whole = ArrayPool<byte>.Shared.Rent(listSize);
        try
        {
            var length = 0;
            foreach (var part in bufferList)
            {
                Buffer.BlockCopy(part.Buffer, part.Offset, whole, length, part.Length);
                length += part.Length;
            }

            await stream.WriteAsync(whole.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    public void Send(ByteBuffer buffer) => stream.Write(buffer.Buffer, buffer.Offset, buffer.Length);

    public int Receive(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            abort();
            watch.Stop();
        }
    }

    private static async Task GatherAsync(Socket socket, IList<ByteBuffer> parts, int size)
    {
        var segments = new ArraySegment<byte>[parts.Count];
        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = new ArraySegment<byte>(parts[i].Buffer, parts[i].Offset, parts[i].Length);
        }

        if (await socket.SendAsync(segments, SocketFlags.None) != size)
        {
            throw new IOException("The line took only a part of what was sent.");
        }
    }

    private async Task<bool> FillAsync()
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer);
        return _end > 0;
    }
}
