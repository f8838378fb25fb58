using System.Text;
using Hybrid.Messaging.DeadLetters;
using Hybrid.ServiceBusBroker;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>What only Service Bus has: sessions, its own dead letters and errors, web sockets; and what the adapter does about lost links.</summary>
public sealed class ServiceBusTests : IAsyncLifetime
{
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly QueueAddress Orders = new("orders");
    private readonly Broker _broker = new(new BrokerOptions(), TimeProvider.System);
    private readonly List<IMessageTransport> _transports = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _broker.AddQueueAsync(Orders.Name, new BrokerQueueOptions { MaxDeliveryCount = 2 });
        await _broker.AddQueueAsync("answers", new BrokerQueueOptions { RequiresSession = true, LockDuration = TimeSpan.FromSeconds(3) });
        _broker.Start();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var transport in _transports)
        {
            await transport.DisposeAsync();
        }

        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Session_TakenByAnother_IsWaitedFor()
    {
        var (first, second) = (Connect().Open(QueueAddress.Answers("pump-1")), Connect().Open(QueueAddress.Answers("pump-1")));
        Assert.Empty(await first.ReceiveAsync(1, Lock, TimeSpan.Zero, Token));
        await first.SendAsync(Message("1"), Token);

        Assert.Empty(await second.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(1), Token));
        var waiting = second.ReceiveAsync(1, Lock, Patience, Token);
        await _transports[0].DisposeAsync();

        Assert.Single(await waiting);
    }

    [Fact]
    public async Task Session_TakenByAnother_FailsWhereConfigured()
    {
        var first = Connect().Open(QueueAddress.Answers("pump-1"));
        Assert.Empty(await first.ReceiveAsync(1, Lock, TimeSpan.Zero, Token));

        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => Connect(("Amqp:WhenSessionTaken", "Fail")).Open(QueueAddress.Answers("pump-1")).ReceiveAsync(1, Lock, Patience, Token));

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
        Assert.Contains("another worker has this device's session", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Messaging:Amqp:WhenSessionTaken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_ThatIsWaitedOn_IsKeptLongerThanItsLock()
    {
        var first = Connect().Open(QueueAddress.Answers("pump-1"));
        var receiving = first.ReceiveAsync(1, Lock, Patience, Token);

        // Twice the lock's time, asked for all along.
        Assert.Empty(await Connect().Open(QueueAddress.Answers("pump-1")).ReceiveAsync(1, Lock, TimeSpan.FromSeconds(7), Token));
        await first.SendAsync(Message("1"), Token);

        var message = Assert.Single(await receiving);
        Assert.True(await first.CompleteAsync(message, Token));
    }

    [Fact]
    public async Task Session_WhoseHolderHangs_GoesToAnotherAndTheOldOneSettlesNothing()
    {
        var (first, second) = (Connect().Open(QueueAddress.Answers("pump-1")), Connect().Open(QueueAddress.Answers("pump-1")));
        await first.SendAsync(Message("1"), Token);
        var old = Assert.Single(await first.ReceiveAsync(1, Lock, Patience, Token));

        var current = Assert.Single(await second.ReceiveAsync(1, Lock, Patience, Token));

        Assert.False(await first.RenewAsync(old, Lock, Token));
        Assert.False(await first.CompleteAsync(old, Token));
        Assert.Equal(2, current.DeliveryCount);
        Assert.True(await second.CompleteAsync(current, Token));
    }

    [Fact]
    public async Task Session_RenewedByItsHolder_IsKept()
    {
        var (first, second) = (Connect().Open(QueueAddress.Answers("pump-1")), Connect().Open(QueueAddress.Answers("pump-1")));
        await first.SendAsync(Message("1"), Token);
        var message = Assert.Single(await first.ReceiveAsync(1, Lock, Patience, Token));

        for (var third = 0; third < 6; third++)
        {
            Assert.Empty(await second.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(1), Token));
            Assert.True(await first.RenewAsync(message, Lock, Token));
        }

        Assert.True(await first.CompleteAsync(message, Token));
    }

    [Fact]
    public async Task Delivery_TooOften_IsDeadLetteredByTheBrokerWithItsReason()
    {
        var queue = Connect().Open(Orders);
        await queue.SendAsync(new OutgoingMessage("1", "{\"n\":1}"u8.ToArray()), Token);
        for (var delivery = 1; delivery <= 2; delivery++)
        {
            var message = Assert.Single(await queue.ReceiveAsync(1, Lock, Patience, Token));
            Assert.Equal(delivery, message.DeliveryCount);
            Assert.True(await queue.AbandonAsync(message, TimeSpan.Zero, Token));
        }

        var poison = _transports[0].Open(new QueueAddress("orders-poison"));
        var dead = Assert.Single(await poison.ReceiveAsync(1, Lock, Patience, Token));
        var letter = await new DeadLetterStore(new Azure.Storage.Blobs.BlobServiceClient(MessagingOptions.DevelopmentStorage)).ReadAsync(dead.Body, Token);

        Assert.Equal("MaxDeliveryCountExceeded", letter.Reason?.Code);
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(letter.Original.Span));
        await Assert.ThrowsAsync<InvalidOperationException>(() => poison.DeadLetterAsync(dead, new DeadLetterReason("x", "y"), Token));
        Assert.True(await poison.CompleteAsync(dead, Token));
        Assert.Equal(0, (await _broker.CountAsync())["orders" + Broker.DeadLetterSuffix]);
    }

    [Theory]
    [InlineData("com.microsoft:server-busy", MessagingFailure.Unavailable)]
    [InlineData("amqp:resource-limit-exceeded", MessagingFailure.Unavailable)]
    [InlineData("amqp:internal-error", MessagingFailure.Unavailable)]
    [InlineData("amqp:link:message-size-exceeded", MessagingFailure.Refused)]
    [InlineData("amqp:unauthorized-access", MessagingFailure.Denied)]
    [InlineData("com.microsoft:entity-disabled", MessagingFailure.Denied)]
    [InlineData("amqp:not-found", MessagingFailure.NotFound)]
    public async Task Send_RefusedByTheBroker_SaysWhatCanBeDone(string condition, MessagingFailure kind)
    {
        var queue = Connect().Open(Orders);
        await _broker.RefuseAsync(Orders.Name, condition, 1);

        var failure = await Assert.ThrowsAsync<MessagingException>(() => queue.SendAsync(Message("1"), Token));
        await queue.SendAsync(Message("1"), Token);

        Assert.Equal(kind, failure.Kind);
        Assert.Equal(1, (await _broker.CountAsync())[Orders.Name]);
    }

    [Fact]
    public async Task Send_LargerThanTheBrokerTakes_IsRefusedWithTheKey()
    {
        var queue = Connect(("Amqp:MaxBodyBytes", "1048576")).Open(Orders);

        var failure = await Assert.ThrowsAsync<MessagingException>(() => queue.SendAsync(new OutgoingMessage("1", new byte[300_000]), Token));

        Assert.Equal(MessagingFailure.Refused, failure.Kind);
        Assert.Contains("Messaging:Amqp:MaxBodyBytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_CutWhileWaiting_AreMadeAnewWithoutAWord()
    {
        var queue = Connect().Open(Orders);
        Assert.Empty(await queue.ReceiveAsync(1, Lock, TimeSpan.Zero, Token));
        var receiving = queue.ReceiveAsync(1, Lock, Patience, Token);

        _broker.CutAll();
        await Connect().Open(Orders).SendAsync(Message("1"), Token);

        Assert.Single(await receiving);
    }

    [Fact]
    public async Task Message_WhoseLineWasCut_CanStillBeSettledOnce()
    {
        var queue = Connect().Open(Orders);
        await queue.SendAsync(Message("1"), Token);
        var message = Assert.Single(await queue.ReceiveAsync(1, Lock, Patience, Token));

        _broker.CutAll();

        Assert.True(await SettleAsync());
        Assert.False(await queue.CompleteAsync(message, Token));
        Assert.Equal(["1"], await _broker.CompletedAsync(Orders.Name));

        async Task<bool> SettleAsync()
        {
            while (true)
            {
                try
                {
                    return await queue.CompleteAsync(message, Token);
                }
                catch (MessagingException exception) when (exception.Kind == MessagingFailure.Unavailable)
                {
                    // The cut is noticed by the first who writes; the lock is still ours.
                }
            }
        }
    }

    [Fact]
    public async Task Prefetch_FetchesAheadInOrderAndLosesNothing()
    {
        var address = QueueAddress.Answers("pump-9");
        var queue = Connect(("Amqp:Prefetch", "10")).Open(address);
        for (var n = 0; n < 25; n++)
        {
            await queue.SendAsync(new OutgoingMessage($"{n}", Encoding.UTF8.GetBytes($"{n}")), Token);
        }

        var received = new List<string>();
        while (received.Count < 25)
        {
            var message = Assert.Single(await queue.ReceiveAsync(1, Lock, Patience, Token));
            received.Add(Encoding.UTF8.GetString(message.Body.Span));
            Assert.True(await queue.CompleteAsync(message, Token));
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(n => $"{n}"), received);
        Assert.Empty(await queue.ReceiveAsync(1, Lock, TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task Dispose_WhileReceiving_EndsTheWait()
    {
        var transport = Connect();
        var receiving = transport.Open(Orders).ReceiveAsync(1, Lock, TimeSpan.FromMinutes(5), Token);
        await transport.Open(Orders).SendAsync(Message("1"), Token);
        Assert.Single(await receiving);
        receiving = transport.Open(Orders).ReceiveAsync(1, Lock, TimeSpan.FromMinutes(5), Token);

        await transport.DisposeAsync();

        await Assert.ThrowsAsync<MessagingException>(() => receiving.WaitAsync(Patience, TimeProvider.System, Token));
        await Assert.ThrowsAsync<MessagingException>(() => transport.Open(Orders).SendAsync(Message("2"), Token));
    }

    [Fact]
    public async Task Entity_NamedOtherwise_IsUsed()
    {
        await _broker.AddQueueAsync("plant7-escalations", new BrokerQueueOptions());
        var transport = Connect(("Amqp:Entities:escalations", "plant7-escalations"));

        await transport.Open(QueueAddress.Escalations).SendAsync(Message("1"), Token);

        Assert.Equal(1, (await _broker.CountAsync())["plant7-escalations"]);
        Assert.Single(await transport.Open(QueueAddress.Escalations).ReceiveAsync(1, Lock, Patience, Token));
    }

    [Fact]
    public async Task WebSockets_CarryTheSame()
    {
        await using var broker = new Broker(new BrokerOptions { WebSockets = true }, TimeProvider.System);
        await broker.AddQueueAsync(Orders.Name, new BrokerQueueOptions());
        broker.Start();
        await using var transport = Transports.To(broker, ("Amqp:UseWebSockets", "true"));
        var queue = transport.Open(Orders);
        var body = new byte[150_000];
        Random.Shared.NextBytes(body);

        await queue.SendAsync(new OutgoingMessage("1", body), Token);

        var message = Assert.Single(await queue.ReceiveAsync(1, Lock, Patience, Token));
        Assert.Equal(body, message.Body.ToArray());
        Assert.True(await queue.CompleteAsync(message, Token));
    }

    [Fact]
    public async Task Send_NothingListens_IsUnavailableSoon()
    {
        await using var transport = Transports.By((
            "Amqp:ConnectionString", "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=a;SharedAccessKey=a2V5;UseDevelopmentEmulator=true"));

        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => transport.Open(Orders).SendAsync(Message("1"), Token).WaitAsync(Patience, TimeProvider.System, Token));
        var ensured = await Assert.ThrowsAsync<MessagingException>(() => transport.Open(Orders).EnsureAsync(Token));

        Assert.Equal(MessagingFailure.Unavailable, failure.Kind);
        Assert.Equal(MessagingFailure.Unavailable, ensured.Kind);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("a/b", null)]
    [InlineData("answers", "Pump")]
    [InlineData("answers", "a/../b")]
    public void Open_NameNoQueueCanHave_IsAnError(string name, string? device) =>
        Assert.Throws<ArgumentException>(() => Connect().Open(new QueueAddress(name, device)));

    [Fact]
    public void Open_SameAddress_IsTheSameQueue()
    {
        var transport = Connect();

        Assert.Same(transport.Open(QueueAddress.Answers("pump-7")), transport.Open(QueueAddress.Answers("pump-7")));
        Assert.NotSame(transport.Open(QueueAddress.Answers("pump-7")), transport.Open(QueueAddress.Answers("pump-8")));
    }

    private static OutgoingMessage Message(string id) => new(id, "{}"u8.ToArray());

    private IMessageTransport Connect(params (string Key, string Value)[] settings)
    {
        _transports.Add(Transports.To(_broker, settings));
        return _transports[^1];
    }
}
