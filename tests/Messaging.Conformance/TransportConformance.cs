using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Hybrid.Messaging.Conformance;

/// <summary>
/// What every adapter must do, against its real broker.
/// To run it: derive a sealed class with the adapter's fixture as <c>IClassFixture</c>.
/// </summary>
/// <param name="fixture">The adapter and its broker.</param>
public abstract class TransportConformance(TransportFixture fixture)
{
    /// <summary>Long enough never to end within a test.</summary>
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait for something that must come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly DeadLetterReason Reason = new("malformed", "The field 'x' is missing.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TransportAbilities Abilities => fixture.Transport.Abilities;

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"text\":\"Grüße <&> 🙂 \\u0000 \\r\\n\"}")]
    public async Task SendAndReceive_Body_ComesBackToTheByte(string text)
    {
        var queue = await OpenNewAsync();

        await queue.SendAsync(Message(text), Token);

        var message = await ReceiveOneAsync(queue, Lock);
        Assert.Equal(text, Encoding.UTF8.GetString(message.Body.Span));
        Assert.Null(message.Malformed);
        Assert.Equal(Abilities.CountsDeliveries ? 1 : 0, message.DeliveryCount);
    }

    [Fact]
    public async Task Send_BodyOfTheLargestSize_ComesBackToTheByte()
    {
        var queue = await OpenNewAsync();
        var body = RandomNumberGenerator.GetBytes(Abilities.MaxBodyBytes);

        await queue.SendAsync(new OutgoingMessage(NewId(), body), Token);

        Assert.Equal(body, (await ReceiveOneAsync(queue, Lock)).Body.ToArray());
    }

    [Fact]
    public async Task Send_BodyTooLarge_IsRefused()
    {
        var queue = await OpenNewAsync();

        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => queue.SendAsync(new OutgoingMessage(NewId(), new byte[Abilities.MaxBodyBytes + 1]), Token));

        Assert.Equal(MessagingFailure.Refused, failure.Kind);
        await AssertEmptyAsync(queue);
    }

    [Fact]
    public async Task Send_SameIdTwice_ArrivesAsDeclared()
    {
        var queue = await OpenNewAsync();
        var message = Message("{\"n\":1}");

        await queue.SendAsync(message, Token);
        await queue.SendAsync(message, Token);

        await ReceiveOneAsync(queue, Lock);
        if (!fixture.DropsDuplicates)
        {
            await ReceiveOneAsync(queue, Lock);
        }

        await AssertEmptyAsync(queue);
    }

    [Fact]
    public async Task Send_CancelledBefore_SendsNothing()
    {
        var queue = await OpenNewAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => queue.SendAsync(Message("{}"), new CancellationToken(canceled: true)));

        await AssertEmptyAsync(queue);
    }

    [Fact]
    public async Task Send_QueueMissing_IsNotFoundUntilEnsured()
    {
        var queue = fixture.Transport.Open(new QueueAddress($"q{Guid.NewGuid():n}"));

        var failure = await Assert.ThrowsAsync<MessagingException>(() => queue.SendAsync(Message("{}"), Token));
        var other = await Assert.ThrowsAsync<MessagingException>(() => queue.ReceiveAsync(1, Lock, TimeSpan.Zero, Token));
        await queue.EnsureAsync(Token);
        await queue.EnsureAsync(Token);

        Assert.Equal(MessagingFailure.NotFound, failure.Kind);
        Assert.Equal(MessagingFailure.NotFound, other.Kind);
        if (Abilities.CreatesQueues)
        {
            await queue.SendAsync(Message("{}"), Token);
            await ReceiveOneAsync(queue, Lock);
        }
        else
        {
            // An administrator makes them: asking to ensure one is harmless, and changes nothing.
            Assert.Equal(MessagingFailure.NotFound, (await Assert.ThrowsAsync<MessagingException>(() => queue.SendAsync(Message("{}"), Token))).Kind);
        }
    }

    [Fact]
    public async Task Send_ToOneDevice_IsNotSeenByAnother()
    {
        var mine = await OpenNewAsync("pump-1");
        var other = await OpenNewAsync("pump-2");

        await mine.SendAsync(Message("{}"), Token);

        await AssertEmptyAsync(other);
        await ReceiveOneAsync(mine, Lock);
    }

    [Fact]
    public async Task Send_InSequence_ArrivesCompletelyAndInOrderWhereDeclared()
    {
        var queue = await OpenNewAsync("pump-1");
        for (var n = 0; n < 20; n++)
        {
            await queue.SendAsync(Message($"{{\"n\":{n}}}"), Token);
        }

        var received = new List<string>();
        while (received.Count < 20)
        {
            var message = await ReceiveOneAsync(queue, Lock);
            received.Add(Encoding.UTF8.GetString(message.Body.Span));
            Assert.True(await queue.CompleteAsync(message, Token));
        }

        var sent = Enumerable.Range(0, 20).Select(n => $"{{\"n\":{n}}}");
        Assert.Equal(Abilities.Ordered ? sent : sent.Order(), Abilities.Ordered ? received : received.Order());
    }

    [Fact]
    public async Task Send_ManyAtOnce_ArriveCompletelyAndInTheOrderOfTheCallsWhereDeclared()
    {
        var queue = await OpenNewAsync("pump-1");
        var sent = Enumerable.Range(0, 50).Select(n => $"{{\"n\":{n}}}").ToList();

        await Task.WhenAll(sent.Select(text => queue.SendAsync(Message(text), Token)));

        var received = new List<string>();
        while (received.Count < sent.Count)
        {
            foreach (var message in await queue.ReceiveAsync(32, Lock, Patience, Token))
            {
                received.Add(Encoding.UTF8.GetString(message.Body.Span));
                Assert.True(await queue.CompleteAsync(message, Token));
            }
        }

        Assert.Equal(sent.Order(), received.Order());
        if (Abilities.Ordered)
        {
            Assert.Equal(sent, received);
        }
    }

    [Fact]
    public async Task Abandon_WhereOrderIsDeclared_ComesBackBeforeWhatFollows()
    {
        var queue = await OpenNewAsync("pump-1");
        for (var n = 0; n < 3; n++)
        {
            await queue.SendAsync(Message($"{{\"n\":{n}}}"), Token);
        }

        Assert.True(await queue.AbandonAsync(await ReceiveOneAsync(queue, Lock), TimeSpan.Zero, Token));

        var received = new List<string>();
        while (received.Count < 3)
        {
            var message = await ReceiveOneAsync(queue, Lock);
            received.Add(Encoding.UTF8.GetString(message.Body.Span));
            Assert.True(await queue.CompleteAsync(message, Token));
        }

        string[] sent = ["{\"n\":0}", "{\"n\":1}", "{\"n\":2}"];
        Assert.Equal(sent, Abilities.Ordered ? received : received.Order());
    }

    [Fact]
    public async Task Receive_NothingThere_ReturnsEmptyAfterTheWait()
    {
        var queue = await OpenNewAsync();
        var watch = Stopwatch.StartNew();

        var messages = await queue.ReceiveAsync(10, Lock, TimeSpan.FromSeconds(1), Token);

        Assert.Empty(messages);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), Patience);
    }

    [Fact]
    public async Task Receive_MessageComesDuringTheWait_ReturnsIt()
    {
        var queue = await OpenNewAsync();

        var receiving = queue.ReceiveAsync(10, Lock, Patience, Token);
        await queue.SendAsync(Message("{}"), Token);

        Assert.Single(await receiving);
    }

    [Fact]
    public async Task Receive_SeveralThere_ReturnsAtMostTheNumberAsked()
    {
        var queue = await OpenNewAsync();
        for (var n = 0; n < 5; n++)
        {
            await queue.SendAsync(Message("{}"), Token);
        }

        var counts = new List<int>();
        while (counts.Sum() < 5)
        {
            counts.Add((await queue.ReceiveAsync(2, Lock, Patience, Token)).Count);
        }

        Assert.All(counts, count => Assert.InRange(count, 1, 2));
        await AssertEmptyAsync(queue);
    }

    [Fact]
    public async Task Receive_Cancelled_EndsAndLosesNothing()
    {
        var queue = await OpenNewAsync(shortLocks: true);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var receiving = queue.ReceiveAsync(1, fixture.ShortestLock, TimeSpan.FromMinutes(5), source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WaitAsync(Patience, TimeProvider.System, Token));
        await queue.SendAsync(Message("{}"), Token);

        await ReceiveOneAsync(queue, Lock);
    }

    [Fact]
    public async Task Receive_MessageUnderLock_IsNotSeenByAnother()
    {
        var address = await fixture.NewQueueAsync();
        await using var second = fixture.Connect();
        var queue = fixture.Transport.Open(address);
        await queue.SendAsync(Message("{}"), Token);

        var message = await ReceiveOneAsync(queue, Lock);

        await AssertEmptyAsync(second.Open(address));
        Assert.True(await queue.CompleteAsync(message, Token));
    }

    [Fact]
    public async Task Complete_Message_IsGoneAndCannotBeSettledAgain()
    {
        var queue = await OpenNewAsync(shortLocks: true);
        await queue.SendAsync(Message("{}"), Token);
        var message = await ReceiveOneAsync(queue, fixture.ShortestLock);

        var completed = await queue.CompleteAsync(message, Token);

        Assert.True(completed);
        Assert.False(await queue.CompleteAsync(message, Token));
        Assert.False(await queue.RenewAsync(message, Lock, Token));
        Assert.Empty(await queue.ReceiveAsync(1, Lock, fixture.ShortestLock * 2, Token));
    }

    [Fact]
    public async Task Abandon_Message_ComesAgain()
    {
        var queue = await OpenNewAsync();
        await queue.SendAsync(Message("{\"n\":1}"), Token);
        var first = await ReceiveOneAsync(queue, Lock);

        Assert.True(await queue.AbandonAsync(first, TimeSpan.Zero, Token));

        var second = await ReceiveOneAsync(queue, Lock);
        Assert.Equal(first.Body.ToArray(), second.Body.ToArray());
        Assert.Equal(Abilities.CountsDeliveries ? 2 : 0, second.DeliveryCount);
        Assert.False(await queue.CompleteAsync(first, Token));
        Assert.True(await queue.CompleteAsync(second, Token));
    }

    [Fact]
    public async Task Abandon_WithDelay_ComesNotBefore()
    {
        var queue = await OpenNewAsync();
        await queue.SendAsync(Message("{}"), Token);
        var first = await ReceiveOneAsync(queue, Lock);
        var watch = Stopwatch.StartNew();

        Assert.True(await queue.AbandonAsync(first, TimeSpan.FromSeconds(2), Token));
        Assert.False(await queue.CompleteAsync(first, Token));
        await ReceiveOneAsync(queue, Lock);

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), Patience);
    }

    [Fact]
    public async Task Lock_Expired_MessageComesAgainAndTheOldHolderSettlesNothing()
    {
        var address = await fixture.NewQueueAsync(shortLocks: true);
        var queue = fixture.Transport.Open(address);
        await queue.SendAsync(Message("{}"), Token);
        var old = await ReceiveOneAsync(queue, fixture.ShortestLock);

        var current = await ReceiveOneAsync(queue, Lock);

        Assert.Equal(Abilities.CountsDeliveries ? 2 : 0, current.DeliveryCount);
        Assert.False(await queue.RenewAsync(old, Lock, Token));
        Assert.False(await queue.AbandonAsync(old, TimeSpan.Zero, Token));
        Assert.False(await queue.DeadLetterAsync(old, Reason, Token));
        Assert.False(await queue.CompleteAsync(old, Token));
        Assert.True(await queue.RenewAsync(current, Lock, Token));
        Assert.True(await queue.CompleteAsync(current, Token));
        Assert.Empty(await fixture.ReadDeadLettersAsync(address));
    }

    [Fact]
    public async Task Renew_BeforeExpiry_KeepsTheMessage()
    {
        var queue = await OpenNewAsync(shortLocks: true);
        await queue.SendAsync(Message("{}"), Token);
        var message = await ReceiveOneAsync(queue, fixture.ShortestLock);

        for (var third = 0; third < 6; third++)
        {
            Assert.True(await queue.RenewAsync(message, fixture.ShortestLock, Token));
            Assert.Empty(await queue.ReceiveAsync(1, Lock, fixture.ShortestLock / 3, Token));
        }

        Assert.True(await queue.CompleteAsync(message, Token));
    }

    [Fact]
    public async Task Renew_WhileCompleting_NeverCostsTheCompletion()
    {
        var queue = await OpenNewAsync();
        for (var round = 0; round < 10; round++)
        {
            await queue.SendAsync(Message("{}"), Token);
            var message = await ReceiveOneAsync(queue, Lock);

            var renewals = Enumerable.Range(0, 3).Select(_ => queue.RenewAsync(message, Lock, Token)).ToList();
            var completed = await queue.CompleteAsync(message, Token);
            await Task.WhenAll(renewals);

            Assert.True(completed);
        }
    }

    [Fact]
    public async Task DeadLetter_Message_IsPutAsideWithItsReason()
    {
        var address = await fixture.NewQueueAsync(shortLocks: true);
        var queue = fixture.Transport.Open(address);
        await queue.SendAsync(Message("{\"n\":\"ü\"}"), Token);
        var message = await ReceiveOneAsync(queue, fixture.ShortestLock);

        Assert.True(await queue.DeadLetterAsync(message, Reason, Token));

        var letter = Assert.Single(await fixture.ReadDeadLettersAsync(address));
        Assert.Equal(Reason, letter.Reason);
        Assert.Equal("{\"n\":\"ü\"}", Encoding.UTF8.GetString(letter.Original.Span));
        Assert.Empty(await queue.ReceiveAsync(1, Lock, fixture.ShortestLock * 2, Token));
    }

    [Fact]
    public async Task DeadLetter_MessageOfTheLargestSize_KeepsEveryByte()
    {
        var address = await fixture.NewQueueAsync();
        var queue = fixture.Transport.Open(address);
        var body = RandomNumberGenerator.GetBytes(Abilities.MaxBodyBytes);
        await queue.SendAsync(new OutgoingMessage(NewId(), body), Token);

        Assert.True(await queue.DeadLetterAsync(await ReceiveOneAsync(queue, Lock), Reason, Token));

        var letter = Assert.Single(await fixture.ReadDeadLettersAsync(address));
        Assert.Equal(Reason, letter.Reason);
        Assert.Equal(body, letter.Original.ToArray());
    }

    [Fact]
    public async Task Dispose_WithMessagesUnderLock_TheyComeAgain()
    {
        var address = await fixture.NewQueueAsync(shortLocks: true);
        var queue = fixture.Transport.Open(address);
        await queue.SendAsync(Message("{\"n\":1}"), Token);
        await using (var other = fixture.Connect())
        {
            await ReceiveOneAsync(other.Open(address), fixture.ShortestLock);
        }

        var again = await ReceiveOneAsync(queue, Lock);

        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(again.Body.Span));
    }

    [Fact]
    public async Task Broker_StoppedAndStarted_NothingSentIsLostAndSendingGoesOn()
    {
        var queue = await OpenNewAsync();
        await queue.SendAsync(Message("before"), Token);
        await fixture.StopBrokerAsync();

        var watch = Stopwatch.StartNew();
        var sending = await Assert.ThrowsAsync<MessagingException>(() => queue.SendAsync(Message("during"), Token));
        var outage = watch.Elapsed;
        var receiving = await Assert.ThrowsAsync<MessagingException>(() => queue.ReceiveAsync(1, Lock, TimeSpan.Zero, Token));
        await fixture.StartBrokerAsync();
        await queue.SendAsync(Message("during"), Token);

        Assert.Equal(MessagingFailure.Unavailable, sending.Kind);
        Assert.Equal(MessagingFailure.Unavailable, receiving.Kind);
        Assert.InRange(outage, TimeSpan.Zero, fixture.OutageLimit);
        string[] received =
        [
            Encoding.UTF8.GetString((await ReceiveOneAsync(queue, Lock)).Body.Span),
            Encoding.UTF8.GetString((await ReceiveOneAsync(queue, Lock)).Body.Span),
        ];
        Assert.Equal(["before", "during"], received.Order());
    }

    [Fact]
    public async Task Broker_GoneWhileSomebodyWaits_TheWaitEndsAndReceivingGoesOn()
    {
        var queue = await OpenNewAsync();
        await queue.ReceiveAsync(1, Lock, TimeSpan.Zero, Token);

        var receiving = queue.ReceiveAsync(1, Lock, Patience * 2, Token);
        await fixture.StopBrokerAsync();
        var failure = await Assert.ThrowsAsync<MessagingException>(() => receiving.WaitAsync(Patience, TimeProvider.System, Token));
        await fixture.StartBrokerAsync();
        await queue.SendAsync(Message("after"), Token);

        Assert.Equal(MessagingFailure.Unavailable, failure.Kind);
        Assert.Equal("after", Encoding.UTF8.GetString((await ReceiveOneAsync(queue, Lock)).Body.Span));
    }

    private static string NewId() => Guid.NewGuid().ToString();

    private static OutgoingMessage Message(string text) => new(NewId(), Encoding.UTF8.GetBytes(text));

    private static async Task<ReceivedMessage> ReceiveOneAsync(IMessageQueue queue, TimeSpan lockDuration) =>
        Assert.Single(await queue.ReceiveAsync(1, lockDuration, Patience, Token));

    private static async Task AssertEmptyAsync(IMessageQueue queue) =>
        Assert.Empty(await queue.ReceiveAsync(1, Lock, TimeSpan.Zero, Token));

    private async Task<IMessageQueue> OpenNewAsync(string? deviceId = null, bool shortLocks = false) =>
        fixture.Transport.Open(await fixture.NewQueueAsync(deviceId, shortLocks));
}
