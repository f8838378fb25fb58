using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>A queue of Azure Service Bus, or a device's session of one. Locks last as long as the queue was made to lock.</summary>
internal sealed partial class ServiceBusQueue(
    AmqpConnector connector, AmqpSenders senders, DelayedReturns returns, DeadLetterStore deadLetters, ServiceBusName names, string? sessionId, ILogger logger)
    : AmqpQueue(connector, names.Shown, logger)
{
    private const string ReasonProperty = "DeadLetterReason";
    private const string DescriptionProperty = "DeadLetterErrorDescription";

    /// <summary>Service Bus, "Service Bus quotas" and SDK: the longest reason and description.</summary>
    private const int LongestReason = 4096;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly ServiceBusManagement _management = new(connector, names.Shown, names.Receive);
    private AmqpReceiver? _receiver;

    private AmqpReceiver Receiver => _receiver ?? Interlocked.CompareExchange(
        ref _receiver, new AmqpReceiver(Connector, Name, names.Receive, sessionId, _management, Logger), null) ?? _receiver;

    public override Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken) =>
        senders.Of(Name, names.Send).SendAsync(Outgoing(message, sessionId), cancellationToken);

    public override async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken)
    {
        CheckArguments(maxMessages, lockDuration);
        var (inlet, raw) = await Receiver.ReceiveAsync(maxMessages, wait, cancellationToken);
        var received = new List<AmqpMessage>(raw.Count);
        foreach (var message in raw)
        {
            received.Add(await ReadAsync(inlet!, message, cancellationToken));
        }

        return received;
    }

    public override Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken) => InTurnAsync(
        message, own => SettleAsync("Completing a message of", own, "completed", new Accepted(), null, cancellationToken), cancellationToken);

    public override Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return InTurnAsync(message, own => AbandonAsync(own, delay, cancellationToken), cancellationToken);
    }

    public override Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (names.IsDeadLetters)
        {
            throw new InvalidOperationException($"Queue '{Name}' already holds what was put aside; complete its messages or leave them.");
        }

        var cut = new DeadLetterReason(Cut(reason.Code), Cut(reason.Detail));
        return InTurnAsync(message, PutAsideAsync, cancellationToken);

        async Task<bool> PutAsideAsync(AmqpMessage own)
        {
            var rejected = new Rejected
            {
                Error = new Error("com.microsoft:dead-letter")
                {
                    Info = new Fields { [new Symbol(ReasonProperty)] = cut.Code, [new Symbol(DescriptionProperty)] = cut.Detail },
                },
            };
            var done = await SettleAsync("Dead-lettering a message of", own, "suspended", rejected, cut, cancellationToken);
            if (done)
            {
                LogDeadLettered(Logger, own.Id, Name, cut.Code, cut.Detail);
            }

            return done;
        }
    }

    public override Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lockDuration, TimeSpan.Zero);
        return InTurnAsync(message, async own => await RenewAsync(own, cancellationToken) is not null, cancellationToken);
    }

    public override Task CloseAsync() => _receiver?.CloseAsync() ?? Task.CompletedTask;

    private static string Cut(string text) => text.Length <= LongestReason ? text : text[..LongestReason];

    private static int CountOf(Message raw) => (int)Math.Min((raw.Header?.DeliveryCount ?? 0) + 1L, int.MaxValue);

    /// <summary>A dead letter gets the form it has everywhere else: its reason beside the original.</summary>
    private async Task<AmqpMessage> ReadAsync(Inlet inlet, Message raw, CancellationToken cancellationToken)
    {
        var (body, malformed) = AmqpMessage.BodyOf(raw);
        if (names.IsDeadLetters && raw.ApplicationProperties?[ReasonProperty] is string code)
        {
            var reason = new DeadLetterReason(code, raw.ApplicationProperties[DescriptionProperty] as string ?? "");
            // Without a limit: it is never sent in this form.
            body = await deadLetters.WrapAsync(Name, raw.Properties?.GetMessageId()?.ToString() ?? "", reason, body, int.MaxValue, cancellationToken);
        }

        return new AmqpMessage(inlet, raw, body, CountOf(raw), names.IsDeadLetters ? null : malformed);
    }

    private async Task<bool> SettleAsync(
        string what, AmqpMessage own, string status, Outcome outcome, DeadLetterReason? reason, CancellationToken cancellationToken)
    {
        Receiver.Hold?.Use();
        var done = (sessionId is null || own.Inlet.IsAlive)
            && await _management.SettleAsync(what, own, status, sessionId, reason, cancellationToken);
        own.IsSettled = true;
        TrySettleOnLink(own, done ? outcome : new Released());
        return done;
    }

    /// <summary>After which time it must be renewed again; null if it is lost.</summary>
    private async Task<TimeSpan?> RenewAsync(AmqpMessage own, CancellationToken cancellationToken)
    {
        Receiver.Hold?.Use();
        if (sessionId is not null)
        {
            return own.Inlet.IsAlive && await Receiver.Hold!.RenewAsync(cancellationToken) ? LongestPause : null;
        }

        var until = await _management.RenewMessageAsync(own, cancellationToken);
        if (until is null)
        {
            own.IsSettled = true;
            TrySettleOnLink(own, new Released());
            return null;
        }

        // By the broker's clock against ours, which may be wrong: hence the limits.
        var pause = (until.Value - Connector.Time.GetUtcNow()) / 2;
        return pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
    }

    private async Task<bool> AbandonAsync(AmqpMessage own, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay == TimeSpan.Zero)
        {
            return await SettleAsync("Abandoning a message of", own, "abandoned", new Modified { DeliveryFailed = true }, null, cancellationToken);
        }

        // Renewed first, since only the broker knows whether it is still ours.
        if (await RenewAsync(own, cancellationToken) is null)
        {
            return false;
        }

        own.IsSettled = true;
        returns.Start(
            delay,
            token => RenewAsync(own, token),
            token => SettleAsync("Abandoning a message of", own, "abandoned", new Modified { DeliveryFailed = true }, null, token));
        return true;
    }

    [LoggerMessage(
        EventId = 5037, Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} was dead-lettered: {Reason}. {Detail}")]
    private static partial void LogDeadLettered(ILogger logger, string messageId, string queue, string reason, string detail);
}
