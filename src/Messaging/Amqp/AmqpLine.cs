using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>One connection from its opening to its death. Links live and die with it; a new line is a new object. Thread safe.</summary>
internal sealed class AmqpLine : IAsyncDisposable
{
    /// <summary>The longest a connection may take, TLS and handshake included; a device that is offline must find out within seconds.</summary>
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(8);

    /// <summary>The longest the broker may take to answer anything; whoever waits longer gives the line up.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private const string WebSocketPath = "/$servicebus/websocket";

    /// <summary>A link has a session of its own: some brokers end the whole session when one link of it fails.</summary>
    private const ushort MaxSessions = 512;

    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(2);

    private readonly StreamTransport _transport;
    private readonly CbsTokens? _tokens;

    private AmqpLine(
        Connection connection, string hostName, StreamTransport transport, FrameWatch watch, string? product, TokenSource? tokens, TimeProvider time, ILogger logger)
    {
        Connection = connection;
        HostName = hostName;
        _transport = transport;
        Watch = watch;
        Product = product;
        Time = time;
        _tokens = tokens is null ? null : new CbsTokens(this, tokens, time, logger);
    }

    public Connection Connection { get; }

    public FrameWatch Watch { get; }

    public TimeProvider Time { get; }

    /// <summary>The broker by name, as tokens are made out for it.</summary>
    public string HostName { get; }

    /// <summary>What the broker calls itself, if it says.</summary>
    public string? Product { get; }

    public bool IsAlive => !Connection.IsClosed;

    /// <summary>Whether it is RabbitMQ, whose plugin has ways of its own.</summary>
    public bool IsRabbitMq => Product == "RabbitMQ";

    /// <summary>Whether the broker was seen to say nothing at the end of a drain when messages had used the whole credit.</summary>
    public bool LeavesUsedDrainsUnsaid { get; set; }

    /// <summary>Connects.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public static async Task<AmqpLine> ConnectAsync(
        AmqpSettings settings, TokenSource? tokens, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ConnectLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var watch = new FrameWatch();
        using var provider = new WireProvider(settings, watch, both.Token);
        // The library's handshake takes no token; cutting the wire ends it.
        await using var cut = both.Token.Register(() => provider.Transport?.Close());
        var factory = new ConnectionFactory([provider]);
        factory.AMQP.ContainerId = $"hybrid-{Guid.NewGuid():N}";
        factory.AMQP.HostName = settings.Host;
        factory.AMQP.IdleTimeout = (int)IdleLimit.TotalMilliseconds;
        factory.AMQP.MaxSessionsPerConnection = MaxSessions;
        factory.SASL.Profile = settings.IsServiceBus ? new CbsSasl() : SaslProfile.Anonymous;
        string? product = null;
        try
        {
            var connection = await factory.CreateAsync(AddressOf(settings), null, (_, open) => product = ProductOf(open));
            both.Token.ThrowIfCancellationRequested();
            return new AmqpLine(connection, settings.Host, provider.Transport!, watch, product, tokens, time, logger);
        }
        catch
        {
            provider.Transport?.Close();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Shows <c>$cbs</c> a token for an entity, and keeps it fresh while the line lives. Nothing where the broker wants none.</summary>
    public Task AuthorizeAsync(string entity, CancellationToken cancellationToken) =>
        _tokens?.EnsureAsync(entity, cancellationToken) ?? Task.CompletedTask;

    /// <summary>Attaches a sending link in a session of its own.</summary>
    public async Task<(SenderLink Link, Attach Answer)> AttachSenderAsync(string address, CancellationToken cancellationToken)
    {
        var wait = new AttachWait();
        var session = new Session(Connection);
        var link = new SenderLink(
            session,
            NewName(),
            new Attach { Source = new Source(), Target = new Target { Address = address }, SndSettleMode = SenderSettleMode.Unsettled },
            wait.OnAttached);
        return (link, await FinishAsync(session, link, wait, cancellationToken));
    }

    /// <summary>Makes sure that an address exists, by attaching a receiver to it that receives nothing.</summary>
    public async Task VerifyAsync(string address, CancellationToken cancellationToken)
    {
        var (link, _) = await AttachReceiverAsync(address, null, (_, _) => { }, _ => { }, cancellationToken);
        Watch.Forget(link.Name);
        await EndAsync(link.Session);
    }

    /// <summary>Attaches a receiving link in a session of its own; it has no credit yet.</summary>
    public async Task<(ReceiverLink Link, Attach Answer)> AttachReceiverAsync(
        string address, Map? filters, MessageCallback onMessage, Action<Flow> onFlow, CancellationToken cancellationToken)
    {
        var wait = new AttachWait();
        var session = new Session(Connection);
        var name = NewName();
        Watch.Follow(name, onFlow);
        var link = new ReceiverLink(
            session,
            name,
            new Attach
            {
                Source = new Source { Address = address, FilterSet = filters },
                Target = new Target(),
                SndSettleMode = SenderSettleMode.Unsettled,
            },
            wait.OnAttached);
        link.Start(0, onMessage);
        return (link, await FinishAsync(session, link, wait, cancellationToken));
    }

    /// <summary>Waits for the broker, no longer than <see cref="AnswerLimit"/>; then the line is given up.</summary>
    public async Task<T> AnswerAsync<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(AnswerLimit, Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Abort();
            throw;
        }
    }

    /// <summary>Cuts the line; everything on it fails at once.</summary>
    public void Abort() => _transport.Close();

    /// <summary>Ends a session and its links without waiting long; that it cannot be ended any more is fine.</summary>
    public static async Task EndAsync(Session session)
    {
        try
        {
            await session.CloseAsync(FarewellLimit, null);
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            // It is gone with its line.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_tokens is not null)
        {
            await _tokens.DisposeAsync();
        }

        try
        {
            if (IsAlive)
            {
                await Connection.CloseAsync(FarewellLimit, null);
            }
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            // The broker did not say goodbye.
        }
        finally
        {
            Abort();
        }
    }

    private async Task<Attach> FinishAsync(Session session, Link link, AttachWait wait, CancellationToken cancellationToken)
    {
        link.AddClosedCallback(wait.OnClosed);
        try
        {
            return await AnswerAsync(wait.Task, cancellationToken);
        }
        catch
        {
            await EndAsync(session);
            throw;
        }
    }

    private static string NewName() => Guid.NewGuid().ToString("N");

    private static Address AddressOf(AmqpSettings settings) => settings.Wire switch
    {
        AmqpWire.WebSocket => new Address(settings.Host, settings.Port, null, null, WebSocketPath, "wss"),
        AmqpWire.PlainWebSocket => new Address(settings.Host, settings.Port, null, null, WebSocketPath, "ws"),
        AmqpWire.Tls => new Address(settings.Host, settings.Port, settings.User, settings.Password, "/", "amqps"),
        _ => new Address(settings.Host, settings.Port, settings.User, settings.Password, "/", "amqp"),
    };

    private static string? ProductOf(Open open) => open.Properties?[new Symbol("product")] as string;
}
