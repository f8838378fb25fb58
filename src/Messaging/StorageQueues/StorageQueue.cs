using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging.DeadLetters;
using Hybrid.Messaging.Storage;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.StorageQueues;

/// <summary>One Azure Storage queue.</summary>
internal sealed partial class StorageQueue(
    QueueServiceClient service, string name, DeadLetterStore deadLetters, TimeProvider time, ILogger logger)
    : IMessageQueue
{
    /// <summary>The most the service hands out at once (Azure Storage, "Get Messages").</summary>
    private const int MaxBatch = 32;

    /// <summary>How long a message is held while it is put aside.</summary>
    private static readonly TimeSpan DeadLetterLock = TimeSpan.FromMinutes(1);

    /// <summary>The longest lock and delay (Azure Storage, "Get Messages", "Update Message").</summary>
    private static readonly TimeSpan MaxVisibility = TimeSpan.FromDays(7);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>A queue cannot tell us that something came: this is the most latency that asking costs.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan NoTimeToLive = TimeSpan.FromSeconds(-1);

    private readonly QueueClient _queue = service.GetQueueClient(name);
    private readonly QueueClient? _poison = StorageQueueName.IsPoison(name)
        ? null
        : service.GetQueueClient(name + StorageQueueName.PoisonSuffix);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await CreateAsync(_queue, cancellationToken);
        if (_poison is not null)
        {
            await CreateAsync(_poison, cancellationToken);
        }
    }

    public Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken) =>
        SendAsync(_queue, message.Body, cancellationToken);

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        var visibility = CheckLock(lockDuration);
        var start = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            var messages = await StorageFailures.RunAsync(
                $"Receiving from queue '{name}'",
                async () => (await _queue.ReceiveMessagesAsync(Math.Min(maxMessages, MaxBatch), visibility, cancellationToken)).Value,
                cancellationToken);
            if (messages.Length > 0)
            {
                return [.. messages.Select(StorageQueueMessage.From)];
            }

            var left = wait - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return [];
            }

            await Task.Delay(pause < left ? pause : left, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken) =>
        SettleAsync(message, "Completing a message of", DeleteAsync, cancellationToken);

    public Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        var visibility = WholeSeconds(delay < MaxVisibility ? delay : MaxVisibility);
        return SettleAsync(message, "Abandoning a message of", (own, token) => HoldAsync(own, visibility, token), cancellationToken);
    }

    public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken)
    {
        var visibility = CheckLock(lockDuration);
        return SettleAsync(message, "Renewing a message of", (own, token) => HoldAsync(own, visibility, token), cancellationToken, settles: false);
    }

    public Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken)
    {
        if (_poison is null)
        {
            throw new InvalidOperationException($"Queue '{name}' already holds what was put aside; complete its messages or leave them.");
        }

        return SettleAsync(message, "Dead-lettering a message of", PutAsideAsync, cancellationToken);

        async Task PutAsideAsync(StorageQueueMessage own, CancellationToken token)
        {
            // First make sure that it is still ours, and stays so: another holder may be about to finish it.
            await HoldAsync(own, DeadLetterLock, token);
            var body = await deadLetters.WrapAsync(name, own.MessageId, reason, own.Body, Limits.StorageQueueBodyBytes, token);
            CrashPoint.Hit(SharedCrashPoints.AsideBefore);
            try
            {
                await SendAsync(_poison, body, token);
            }
            catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
            {
                await CreateAsync(_poison, token);
                await SendAsync(_poison, body, token);
            }

            CrashPoint.Hit(SharedCrashPoints.AsideSent);
            // Deleted last: a crash before this line leaves a second copy among the poisoned, never a loss.
            await DeleteAsync(own, token);
            LogDeadLettered(logger, own.MessageId, name, reason.Code, reason.Detail);
        }
    }

    private static TimeSpan CheckLock(TimeSpan lockDuration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lockDuration, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lockDuration, MaxVisibility);
        return WholeSeconds(lockDuration);
    }

    // The service counts in whole seconds; a lock must not end earlier than the caller thinks.
    private static TimeSpan WholeSeconds(TimeSpan value) => TimeSpan.FromSeconds(Math.Ceiling(value.TotalSeconds));

    private static async Task CreateAsync(QueueClient queue, CancellationToken cancellationToken) => await StorageFailures.RunAsync(
        $"Creating queue '{queue.Name}'", () => queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken), cancellationToken);

    private static async Task SendAsync(QueueClient queue, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (body.Length is 0 or > Limits.StorageQueueBodyBytes)
        {
            throw new MessagingException(
                MessagingFailure.Refused,
                $"A message of {body.Length} bytes cannot be sent to queue '{queue.Name}'; "
                + $"it must have 1 to {Limits.StorageQueueBodyBytes}. Larger events go through EventSender, which uses a claim.");
        }

        var text = Convert.ToBase64String(body.Span);
        await StorageFailures.RunAsync(
            $"Sending to queue '{queue.Name}'",
            () => queue.SendMessageAsync(text, null, NoTimeToLive, cancellationToken),
            cancellationToken);
    }

    private Task DeleteAsync(StorageQueueMessage message, CancellationToken cancellationToken) =>
        _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);

    private async Task HoldAsync(StorageQueueMessage message, TimeSpan visibility, CancellationToken cancellationToken)
    {
        // Without a text the service keeps the one it has.
        var receipt = await _queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, visibility, cancellationToken);
        message.PopReceipt = receipt.Value.PopReceipt;
    }

    private async Task<bool> SettleAsync(
        ReceivedMessage message,
        string what,
        Func<StorageQueueMessage, CancellationToken, Task> settle,
        CancellationToken cancellationToken,
        bool settles = true)
    {
        var own = message as StorageQueueMessage
            ?? throw new ArgumentException("The message was received by another transport.", nameof(message));
        await own.Turn.WaitAsync(cancellationToken);
        try
        {
            if (own.IsSettled)
            {
                return false;
            }

            var done = await StorageFailures.RunAsync($"{what} queue '{name}'", TrySettleAsync, cancellationToken);
            own.IsSettled = done && settles;
            return done;
        }
        finally
        {
            own.Turn.Release();
        }

        async Task<bool> TrySettleAsync()
        {
            try
            {
                await settle(own, cancellationToken);
                return true;
            }
            catch (RequestFailedException exception) when (
                exception.ErrorCode == QueueErrorCode.MessageNotFound || exception.ErrorCode == QueueErrorCode.PopReceiptMismatch)
            {
                return false;
            }
        }
    }

    [LoggerMessage(
        EventId = 5020, Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} was put aside: {Reason}. {Detail}")]
    private static partial void LogDeadLettered(ILogger logger, string messageId, string queue, string reason, string detail);
}
