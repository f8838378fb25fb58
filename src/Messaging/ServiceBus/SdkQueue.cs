using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.ServiceBus;
using Hybrid.Messaging.Amqp;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.ServiceBus;

/// <summary>One queue of Azure Service Bus, or a device's session of one.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue; the rule has collections in mind.")]
internal sealed partial class SdkQueue(
    ServiceBusSender sender, SdkReceiver receiver, ServiceBusName names, string? sessionId, int maxBodyBytes, DelayedReturns returns,
    DeadLetterStore deadLetters, TimeProvider time, ILogger logger)
    : IMessageQueue
{
    /// <summary>Azure Service Bus, "Service Bus quotas": the longest message id.</summary>
    private const int MaxIdLength = 128;

    /// <summary>The SDK's documentation of dead-lettering: the longest reason and description.</summary>
    private const int LongestReason = 4096;

    private const string ContentType = "application/cloudevents+json";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Queues are made by an administrator; this only makes sure that the broker and the queue are there.</summary>
    public Task EnsureAsync(CancellationToken cancellationToken) => names.IsDeadLetters
        ? Task.CompletedTask
        : SdkFailures.RunAsync($"Looking for queue '{names.Shown}'", () => OpenAsync(cancellationToken), cancellationToken);

    public Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Body.Length == 0 || message.Body.Length > maxBodyBytes)
        {
            throw Refused($"A message of {message.Body.Length} bytes", $"it must have 1 to {maxBodyBytes}. Larger events go through "
                + $"{nameof(Events.EventSender)}, which uses a claim");
        }

        if (message.Id.Length is 0 or > MaxIdLength)
        {
            throw Refused($"A message id of {message.Id.Length} characters", $"it must have 1 to {MaxIdLength}");
        }

        var outgoing = new ServiceBusMessage(message.Body) { MessageId = message.Id, ContentType = ContentType };
        if (sessionId is not null)
        {
            outgoing.SessionId = sessionId;
        }

        return SdkFailures.RunAsync(
            $"Sending to queue '{names.Shown}'", () => sender.SendMessageAsync(outgoing, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lockDuration, TimeSpan.Zero);
        var batch = await SdkFailures.RunAsync(
            $"Receiving from queue '{names.Shown}'", () => receiver.ReceiveAsync(maxMessages, wait, cancellationToken), cancellationToken);
        var received = new List<SdkMessage>();
        foreach (var message in batch?.Messages ?? [])
        {
            received.Add(await ReadAsync(batch!.Value.Receiver, message, cancellationToken));
        }

        return received;
    }

    public Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken) => InTurnAsync(
        "Completing a message of", message,
        own => SettledAsync(own, () => own.Receiver.CompleteMessageAsync(own.Source, cancellationToken)), cancellationToken);

    public Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return InTurnAsync("Abandoning a message of", message, own => AbandonAsync(own, delay, cancellationToken), cancellationToken);
    }

    public Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (names.IsDeadLetters)
        {
            throw new InvalidOperationException(
                $"Queue '{names.Shown}' already holds what was put aside; complete its messages or leave them.");
        }

        var (code, detail) = (Cut(reason.Code), Cut(reason.Detail));
        return InTurnAsync("Dead-lettering a message of", message, PutAsideAsync, cancellationToken);

        async Task<bool> PutAsideAsync(SdkMessage own)
        {
            var done = await SettledAsync(own, () => own.Receiver.DeadLetterMessageAsync(own.Source, code, detail, cancellationToken));
            LogDeadLettered(logger, own.Source.MessageId, names.Shown, code, detail);
            return done;
        }
    }

    public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lockDuration, TimeSpan.Zero);
        return InTurnAsync("Renewing a message of", message, RenewedAsync, cancellationToken);

        async Task<bool> RenewedAsync(SdkMessage own)
        {
            await receiver.RenewAsync(own, cancellationToken);
            return true;
        }
    }

    /// <summary>Closes what is open.</summary>
    public async Task CloseAsync()
    {
        await receiver.CloseAsync();
        await sender.CloseAsync();
    }

    private static string Cut(string text) => text.Length <= LongestReason ? text : text[..LongestReason];

    private static async Task<bool> SettledAsync(SdkMessage own, Func<Task> settle)
    {
        await settle();
        own.IsSettled = true;
        return true;
    }

    private MessagingException Refused(string what, string demand) =>
        new(MessagingFailure.Refused, $"{what} cannot be sent to queue '{names.Shown}'; {demand}.");

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Opens the link, and sends nothing.
            using var batch = await sender.CreateMessageBatchAsync(cancellationToken);
        }
        catch (UnauthorizedAccessException)
        {
            // Who only receives here need not be allowed to send; that the broker said so is enough.
        }
    }

    /// <summary>A dead letter gets the form it has on every transport: its reason beside the original.</summary>
    private async Task<SdkMessage> ReadAsync(ServiceBusReceiver from, ServiceBusReceivedMessage source, CancellationToken cancellationToken)
    {
        var (body, malformed) = SdkMessage.BodyOf(source);
        if (names.IsDeadLetters && source.DeadLetterReason is { } code)
        {
            // Without a limit: it is never sent in this form.
            body = await deadLetters.WrapAsync(
                names.Shown, source.MessageId, new DeadLetterReason(code, source.DeadLetterErrorDescription ?? ""), body, int.MaxValue,
                cancellationToken);
        }

        return new SdkMessage(from, source, body, names.IsDeadLetters ? null : malformed);
    }

    /// <summary>Runs one operation on a message that is still ours.</summary>
    private async Task<bool> InTurnAsync(
        string what, ReceivedMessage message, Func<SdkMessage, Task<bool>> operate, CancellationToken cancellationToken)
    {
        var own = message as SdkMessage
            ?? throw new ArgumentException("The message was received by another transport.", nameof(message));
        await own.Turn.WaitAsync(cancellationToken);
        try
        {
            return !own.IsSettled
                && await SdkFailures.RunAsync($"{what} queue '{names.Shown}'", () => HeldAsync(own, operate), cancellationToken);
        }
        finally
        {
            own.Turn.Release();
        }
    }

    private static async Task<bool> HeldAsync(SdkMessage own, Func<SdkMessage, Task<bool>> operate)
    {
        try
        {
            return await operate(own);
        }
        catch (Exception exception) when (
            exception is ServiceBusException
            {
                Reason: ServiceBusFailureReason.MessageLockLost or ServiceBusFailureReason.SessionLockLost
                    or ServiceBusFailureReason.MessageNotFound,
            }
            or ObjectDisposedException)
        {
            // The last one: its session's receiver was closed because the session is lost.
            own.IsSettled = true;
            return false;
        }
    }

    private async Task<bool> AbandonAsync(SdkMessage own, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay == TimeSpan.Zero)
        {
            return await SettledAsync(own, () => own.Receiver.AbandonMessageAsync(own.Source, null, cancellationToken));
        }

        // Renewed first, since only the broker knows whether it is still ours.
        await receiver.RenewAsync(own, cancellationToken);
        own.IsSettled = true;
        returns.Start(
            delay,
            async token => PauseUntil(await receiver.RenewAsync(own, token)),
            token => own.Receiver.AbandonMessageAsync(own.Source, null, token));
        return true;
    }

    // By the broker's clock against ours, which may be wrong: hence the limits.
    private TimeSpan? PauseUntil(DateTimeOffset lockEnd)
    {
        var pause = (lockEnd - time.GetUtcNow()) / 2;
        return pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
    }

    [LoggerMessage(
        EventId = 5053, Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} was dead-lettered: {Reason}. {Detail}")]
    private static partial void LogDeadLettered(ILogger logger, string messageId, string queue, string reason, string detail);
}
