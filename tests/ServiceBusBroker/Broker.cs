using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace Hybrid.ServiceBusBroker;

/// <summary>
/// A broker that behaves as Azure Service Bus does on the wire: tokens at <c>$cbs</c>, peek-lock, sessions, dead-letter sub-queues, duplicate
/// detection, <c>$management</c>. It keeps its messages in memory, over stops and starts of its listener. For tests; thread safe.
/// </summary>
/// <remarks>All state belongs to one thread, which takes what the library's callbacks post.</remarks>
public sealed class Broker : ILinkProcessor, IAsyncDisposable
{
    /// <summary>Behind a queue's path: its management node.</summary>
    internal const string ManagementSuffix = "/$management";

    /// <summary>Behind a queue's path: its dead letters.</summary>
    public const string DeadLetterSuffix = "/$DeadLetterQueue";

    private const string WebSocketPath = "/$servicebus/websocket/";
    private const int SenderCredit = 1000;
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(50);

    private readonly BrokerOptions _options;
    private readonly BrokerTokens _tokens;
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, BrokerQueue> _queues = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConditionalWeakTable<Connection, Dictionary<string, DateTimeOffset>> _authorized = [];
    private readonly HashSet<OutgoingLink> _outgoing = [];
    private readonly HashSet<IncomingLink> _incoming = [];
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly Task _worker;
    private readonly ITimer _sweeper;
    private readonly TimeProvider _time;
    private ContainerHost? _host;

    /// <param name="options">How it listens.</param>
    /// <param name="time">Its clock.</param>
    public Broker(BrokerOptions options, TimeProvider time)
    {
        _options = options with { Port = options.Port == 0 ? FreePort() : options.Port };
        _time = time;
        _tokens = new BrokerTokens(options);
        _worker = WorkAsync();
        _sweeper = time.CreateTimer(_ => Post(Sweep), null, SweepPeriod, SweepPeriod);
    }

    /// <summary>Where it listens, or would.</summary>
    public int Port => _options.Port;

    /// <summary>As the portal would give it.</summary>
    public string ConnectionString => $"Endpoint=sb://127.0.0.1:{Port}/;SharedAccessKeyName={_options.KeyName};SharedAccessKey={_options.Key};UseDevelopmentEmulator=true";

    /// <summary>Makes a queue with its dead letters.</summary>
    public Task AddQueueAsync(string name, BrokerQueueOptions options) => RunAsync(() =>
    {
        var dead = new BrokerQueue(name + DeadLetterSuffix, options with { RequiresSession = false, RequiresDuplicateDetection = false }, _time, null);
        var queue = new BrokerQueue(name, options, _time, dead);
        foreach (var made in new[] { dead, queue })
        {
            _queues[made.Path] = made;
            _host?.RegisterRequestProcessor(made.Path + ManagementSuffix, new Management(this, made));
        }

        return true;
    });

    /// <summary>How many messages every queue holds, those under a lock and the dead letters included.</summary>
    public Task<IReadOnlyDictionary<string, int>> CountAsync() =>
        RunAsync<IReadOnlyDictionary<string, int>>(() => _queues.Values.ToDictionary(queue => queue.Path, queue => queue.Count));

    /// <summary>The ids of all messages that were completed on a queue, in order.</summary>
    public Task<IReadOnlyList<string>> CompletedAsync(string name) => RunAsync<IReadOnlyList<string>>(() => [.. _queues[name].Completed]);

    /// <summary>Puts a message on a queue as if it had come over the wire.</summary>
    /// <param name="name">The queue.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="body">Its body.</param>
    /// <param name="sessionId">Its session.</param>
    /// <param name="failed">Deliveries of it that have ended without success.</param>
    public Task PutAsync(string name, string id, byte[] body, string? sessionId = null, int failed = 0) => RunAsync(() =>
    {
        var message = BrokerMessage.From(new Message { Properties = new Properties { MessageId = id, GroupId = sessionId }, BodySection = new Data { Binary = body } })!;
        message.Failed = failed;
        return _queues[name].Put(message);
    });

    /// <summary>Refuses the next messages to a queue.</summary>
    /// <param name="name">The queue.</param>
    /// <param name="condition">As <c>com.microsoft:server-busy</c>.</param>
    /// <param name="times">How many.</param>
    public Task RefuseAsync(string name, string condition, int times) => RunAsync(() =>
    {
        (_queues[name].Refusal, _queues[name].Refusals) = (new Error(condition) { Description = "Refused by the test." }, times);
        return true;
    });

    /// <summary>An identity's token that this broker believes.</summary>
    /// <param name="expiresAt">Until when.</param>
    public string IssueToken(DateTimeOffset expiresAt) => _tokens.Issue(expiresAt);

    /// <summary>Listens.</summary>
    public void Start()
    {
        var scheme = _options switch
        {
            { WebSockets: true } => "ws",
            { Certificate: not null } => "amqps",
            _ => "amqp",
        };
        _host = new ContainerHost(new Address("127.0.0.1", Port, null, null, _options.WebSockets ? WebSocketPath : "/", scheme));
        var listener = _host.Listeners[0];
        listener.SSL.Certificate = _options.Certificate;
        listener.SASL.EnableAnonymousMechanism = true;
        listener.SASL.EnableMechanism(new Symbol("MSSBCBS"), new AnyoneSasl("MSSBCBS"));
        listener.HandlerFactory = _ => new ListenerEvents(_sockets);
        _host.RegisterLinkProcessor(this);
        _host.RegisterRequestProcessor("$cbs", new Cbs(this));
        foreach (var queue in _queues.Values)
        {
            _host.RegisterRequestProcessor(queue.Path + ManagementSuffix, new Management(this, queue));
        }

        _host.Open();
    }

    /// <summary>Stops in order: tells everybody that it closes.</summary>
    public void Stop()
    {
        _host?.Close();
        _host = null;
        CutAll();
    }

    /// <summary>Stops as a machine that loses its power: no word on any line.</summary>
    public void Kill()
    {
        CutAll();
        _host?.Close();
        _host = null;
        CutAll();
    }

    /// <summary>Cuts every connection; it goes on listening.</summary>
    public void CutAll()
    {
        foreach (var socket in _sockets.Keys)
        {
            _sockets.TryRemove(socket, out _);
            socket.Close(0);
        }
    }

    /// <summary>Gives an attach to the broker's thread.</summary>
    void ILinkProcessor.Process(AttachContext attachContext) => Post(() => Attach(attachContext));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await _sweeper.DisposeAsync();
        _work.Writer.TryComplete();
        await _worker;
    }

    /// <summary>Does something on the broker's thread.</summary>
    internal void Post(Action action) => _work.Writer.TryWrite(action);

    internal void Forget(IncomingLink link) => _incoming.Remove(link);

    /// <summary>Takes a token for a connection.</summary>
    internal (int Status, string Description) TakeToken(Connection connection, string? type, string? token, string audience)
    {
        var expiry = _tokens.Judge(type, token, audience);
        if (expiry is null || expiry <= _time.GetUtcNow())
        {
            return (401, expiry is null ? "InvalidSignature: The token has an invalid signature." : "ExpiredToken: The token is expired.");
        }

        _authorized.GetOrCreateValue(connection)[PathOf(audience)] = expiry.Value;
        return (202, "Accepted");
    }

    internal bool IsAuthorized(Connection connection, string entity) => _options.Anonymous ||
        (_authorized.TryGetValue(connection, out var tokens) && tokens.TryGetValue(PathKey(entity), out var expiry) && expiry > _time.GetUtcNow());

    private static string PathOf(string audience) => PathKey(Uri.UnescapeDataString(new Uri(audience).AbsolutePath).Trim('/'));

    private static string PathKey(string entity) => entity.ToUpperInvariant();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Attach(AttachContext context)
    {
        var link = context.Link;
        var address = context.Attach.Role ? (context.Attach.Source as Source)?.Address : (context.Attach.Target as Target)?.Address;
        if (address is null || !_queues.TryGetValue(address, out var queue))
        {
            context.Complete(new Error(ErrorCode.NotFound) { Description = $"The messaging entity '{address}' could not be found." });
            return;
        }

        if (!IsAuthorized(link.Session.Connection, queue.Path))
        {
            context.Complete(new Error(ErrorCode.UnauthorizedAccess) { Description = $"No token for '{address}' was shown on this connection." });
            return;
        }

        if (!context.Attach.Role)
        {
            var incoming = new IncomingLink(this, queue, link, _options.MaxMessageBytes);
            _incoming.Add(incoming);
            context.Attach.MaxMessageSize = (ulong)_options.MaxMessageBytes;
            context.Complete(incoming, SenderCredit);
            return;
        }

        var outgoing = new OutgoingLink(this, queue, link, SessionOf(context.Attach));
        if (queue.Attach(outgoing) is { } refusal)
        {
            context.Complete(refusal);
            return;
        }

        _outgoing.Add(outgoing);
        if (outgoing.SessionId is not null)
        {
            context.Attach.Properties = new Fields { [new Symbol("com.microsoft:locked-until-utc")] = outgoing.LockedUntil.UtcTicks };
        }

        outgoing.Complete(context);
    }

    private static string? SessionOf(Attach attach) =>
        ((Source)attach.Source).FilterSet?[new Symbol("com.microsoft:session-filter")] switch
        {
            string session => session,
            DescribedValue { Value: string session } => session,
            _ => null,
        };

    private void Sweep()
    {
        foreach (var queue in _queues.Values)
        {
            queue.Sweep();
        }

        _outgoing.RemoveWhere(link => link.IsClosed);
        var expired = new Error(ErrorCode.UnauthorizedAccess) { Description = "ExpiredToken: The token of this link is expired." };
        foreach (var link in _outgoing.Where(link => !IsAuthorized(link.Connection, link.Entity)).ToList())
        {
            link.Close(expired);
        }

        foreach (var link in _incoming.Where(link => !IsAuthorized(link.Connection, link.Entity)).ToList())
        {
            link.Close(expired);
        }
    }

    private async Task<T> RunAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (Exception exception) when (exception is KeyNotFoundException or AmqpException)
            {
                done.SetException(exception);
            }
        });
        return await done.Task;
    }

    private async Task WorkAsync()
    {
        await Task.Yield();
        await foreach (var action in _work.Reader.ReadAllAsync())
        {
            try
            {
                action();
            }
            catch (Exception exception) when (exception is AmqpException or ObjectDisposedException or IOException or SocketException)
            {
                // Whoever it was for is gone.
            }
        }
    }
}
