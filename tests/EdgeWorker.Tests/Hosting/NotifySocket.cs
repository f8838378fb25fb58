using System.Net.Sockets;
using System.Text;

namespace Hybrid.EdgeWorker.Tests.Hosting;

/// <summary>The socket that systemd listens on for what its services say.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[4096];

    public NotifySocket() => _socket.Bind(new UnixDomainSocketEndPoint(Path));

    /// <summary>For <c>NOTIFY_SOCKET</c>.</summary>
    public string Path => _folder.File("notify");

    /// <summary>What is said next.</summary>
    public async Task<string> NextAsync()
    {
        var length = await _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken).AsTask().SoonAsync();
        return Encoding.UTF8.GetString(_buffer, 0, length);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _folder.Dispose();
    }
}
