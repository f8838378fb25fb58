using Amqp;
using Amqp.Framing;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// A queue of any AMQP 1.0 broker, with nothing used but what the standard has. A message is ours while the connection lives; the end of its lock is
/// kept here, the count of its deliveries in the message, and what is put aside goes to a poison queue.
/// </summary>
internal sealed partial class PlainQueue(
    AmqpConnector connector, AmqpSenders senders, DelayedReturns returns, DeadLetterStore deadLetters, string name, string entity, string? poisonEntity,
    ILogger logger)
    : AmqpQueue(connector, name, logger)
{
    /// <summary>The deliveries before this one that failed, in the message: few brokers count them, and RabbitMQ's plugin does not.</summary>
    private const string AttemptsProperty = "hybrid-attempts";

    /// <summary>How long a message is held while it is put aside.</summary>
    private static readonly TimeSpan DeadLetterLock = TimeSpan.FromMinutes(1);

    private readonly AmqpReceiver _receiver = new(connector, name, entity, null, null, logger);

    public override Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken) =>
        senders.Of(Name, entity).SendAsync(Outgoing(message, null), cancellationToken);

    public override async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken)
    {
        CheckArguments(maxMessages, lockDuration);
        var start = Connector.Time.GetTimestamp();
        while (true)
        {
            var left = wait - Connector.Time.GetElapsedTime(start);
            var (inlet, raw) = await _receiver.ReceiveAsync(maxMessages, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
            var received = await ReadAsync(inlet, raw, lockDuration, cancellationToken);
            if (received.Count > 0 || (raw.Count == 0 && Connector.Time.GetElapsedTime(start) >= wait))
            {
                return received;
            }
        }
    }

    public override Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken) => InTurnAsync(
        message,
        own =>
        {
            own.IsSettled = true;
            own.Expiry?.Dispose();
            return Task.FromResult(TrySettleOnLink(own, new Accepted()));
        },
        cancellationToken);

    public override Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return InTurnAsync(message, AbandonAsync, cancellationToken);

        async Task<bool> AbandonAsync(AmqpMessage own)
        {
            if (!own.Inlet.IsAlive)
            {
                return false;
            }

            if (delay == TimeSpan.Zero)
            {
                await CountAgainAsync(own.Inlet, own.Raw, cancellationToken);
            }
            else
            {
                returns.Start(
                    delay,
                    _ => Task.FromResult<TimeSpan?>(own.Inlet.IsAlive ? delay : null),
                    token => own.Inlet.IsAlive ? CountAgainAsync(own.Inlet, own.Raw, token) : Task.CompletedTask);
            }

            own.IsSettled = true;
            own.Expiry?.Dispose();
            return true;
        }
    }

    public override Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (poisonEntity is null)
        {
            throw new InvalidOperationException($"Queue '{Name}' already holds what was put aside; complete its messages or leave them.");
        }

        return InTurnAsync(message, PutAsideAsync, cancellationToken);

        async Task<bool> PutAsideAsync(AmqpMessage own)
        {
            if (!own.Inlet.IsAlive)
            {
                return false;
            }

            own.Expiry?.Change(DeadLetterLock, Timeout.InfiniteTimeSpan);
            var body = await deadLetters.WrapAsync(Name, own.Id, reason, own.Body, Connector.Settings.MaxBodyBytes, cancellationToken);
            var id = own.Id.Length > 0 ? own.Id : Guid.NewGuid().ToString();
            CrashPoint.Hit(SharedCrashPoints.AsideBefore);
            await senders.Of($"{Name}{ServiceBusName.PoisonSuffix}", poisonEntity).SendAsync(Outgoing(new OutgoingMessage(id, body), null), cancellationToken);
            CrashPoint.Hit(SharedCrashPoints.AsideSent);
            own.IsSettled = true;
            own.Expiry?.Dispose();
            LogDeadLettered(Logger, own.Id, Name, reason.Code, reason.Detail);
            // Taken off last: a crash before this line leaves a second copy among the poisoned, never a loss.
            return TrySettleOnLink(own, new Accepted());
        }
    }

    public override Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lockDuration, TimeSpan.Zero);
        return InTurnAsync(
            message, own => Task.FromResult(own.Inlet.IsAlive && own.Expiry!.Change(lockDuration, Timeout.InfiniteTimeSpan)), cancellationToken);
    }

    public override Task CloseAsync() => _receiver.CloseAsync();

    /// <summary>
    /// Whether a delivery before this one ended without a word: its holder died, or let the lock end. RabbitMQ tells that it did, not how often.
    /// </summary>
    private static bool WasLost(Inlet inlet, Message raw) => inlet.Line.IsRabbitMq && raw.Header is { FirstAcquirer: false };

    private static int AttemptsOf(Message raw) => raw.ApplicationProperties?[AttemptsProperty] is int count and >= 0 and < int.MaxValue ? count : 0;

    private async Task<List<AmqpMessage>> ReadAsync(
        Inlet? inlet, List<Message> raw, TimeSpan lockDuration, CancellationToken cancellationToken)
    {
        var received = new List<AmqpMessage>(raw.Count);
        var counted = 0;
        try
        {
            foreach (var message in raw)
            {
                if (!inlet!.IsAlive)
                {
                    // The broker has it again.
                    continue;
                }

                if (WasLost(inlet, message))
                {
                    await CountAgainAsync(inlet, message, cancellationToken);
                }
                else
                {
                    received.Add(Read(inlet, message, lockDuration));
                }

                counted++;
            }

            return received;
        }
        catch
        {
            // Nobody gets them; unsettled they would stay where they are as long as the session lives.
            foreach (var own in received)
            {
                await GiveUpAsync(own);
            }

            foreach (var message in raw.Skip(counted))
            {
                TryComplete(inlet!, message, new Released());
            }

            throw;
        }
    }

    /// <summary>The lock ends here: without a renewal in time, the message goes back.</summary>
    private AmqpMessage Read(Inlet inlet, Message raw, TimeSpan lockDuration)
    {
        var (body, malformed) = AmqpMessage.BodyOf(raw);
        var count = AttemptsOf(raw) + 1L + (raw.Header?.DeliveryCount ?? 0);
        var message = new AmqpMessage(inlet, raw, body, (int)Math.Min(count, int.MaxValue), malformed);
        message.Expiry = Connector.Time.CreateTimer(static state => _ = GiveUpAsync((AmqpMessage)state!), message, lockDuration, Timeout.InfiniteTimeSpan);
        return message;
    }

    private static async Task GiveUpAsync(AmqpMessage message)
    {
        await message.Turn.WaitAsync();
        try
        {
            if (!message.IsSettled)
            {
                message.IsSettled = true;
                message.Expiry?.Dispose();
                TrySettleOnLink(message, new Released());
            }
        }
        finally
        {
            message.Turn.Release();
        }
    }

    /// <summary>
    /// Puts the message on the queue again with one more attempt, and takes the old one off. A crash in between leaves both, under the same id, which
    /// "at least once" allows.
    /// </summary>
    private async Task CountAgainAsync(Inlet inlet, Message raw, CancellationToken cancellationToken)
    {
        var (body, _) = AmqpMessage.BodyOf(raw);
        var copy = new Message
        {
            Header = new Header { Durable = true },
            Properties = new Properties { ContentType = raw.Properties?.ContentType },
            ApplicationProperties = new ApplicationProperties { [AttemptsProperty] = AttemptsOf(raw) + 1 },
            BodySection = new Data { Binary = body },
        };
        if (raw.Properties?.GetMessageId() is { } id)
        {
            copy.Properties.SetMessageId(id);
        }

        await senders.Of(Name, entity).SendAsync(copy, cancellationToken);
        TryComplete(inlet, raw, new Accepted());
    }

    private static void TryComplete(Inlet inlet, Message raw, Outcome outcome)
    {
        try
        {
            inlet.Link.Complete(raw, outcome);
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            // The session went in between: the broker has it again.
        }
    }

    [LoggerMessage(
        EventId = 5038, Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} was put aside: {Reason}. {Detail}")]
    private static partial void LogDeadLettered(ILogger logger, string messageId, string queue, string reason, string detail);
}
