using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Amqp;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Makes the wire for one connection. The library's own transports can be cancelled only in part, trust no authority but the machine's, and show
/// their frames to nobody.
/// </summary>
internal sealed class WireProvider : TransportProvider
{
    /// <summary>AMQP over web sockets: the protocol's name (OASIS, "AMQP WebSocket Binding").</summary>
    private const string SubProtocol = "amqp";

    private readonly AmqpSettings _settings;
    private readonly FrameWatch _watch;
    private readonly CancellationToken _cancellationToken;

    public WireProvider(AmqpSettings settings, FrameWatch watch, CancellationToken cancellationToken)
    {
        _settings = settings;
        _watch = watch;
        _cancellationToken = cancellationToken;
        AddressSchemes = ["amqp", "amqps", "ws", "wss"];
    }

    /// <summary>The wire, once it is there.</summary>
    public StreamTransport? Transport { get; private set; }

    public override async Task<IAsyncTransport> CreateAsync(Address address) => Transport = _settings.Wire switch
    {
        AmqpWire.WebSocket or AmqpWire.PlainWebSocket => await WebSocketAsync(address),
        _ => await TcpAsync(),
    };

    private async Task<StreamTransport> TcpAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(_settings.Host, _settings.Port, _cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (_settings.Wire == AmqpWire.Tls)
            {
                stream = await SecureAsync(stream);
            }

            return new StreamTransport(stream, _settings.Wire == AmqpWire.Plain ? socket : null, stream.Dispose, _watch);
        }
        catch
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream plain)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions { TargetHost = _settings.Host };
        if (_settings.Authorities is { } authorities)
        {
            // A plant's own authority publishes no revocations.
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        try
        {
            await secure.AuthenticateAsClientAsync(options, _cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private async Task<StreamTransport> WebSocketAsync(Address address)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(SubProtocol);
            await socket.ConnectAsync(new UriBuilder(address.Scheme, address.Host, address.Port, address.Path).Uri, _cancellationToken);
            return new StreamTransport(WebSocketStream.Create(socket, WebSocketMessageType.Binary), null, socket.Abort, _watch);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
