using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Sends what waits in the outbox: each queue in its order, an event removed only after the broker's acknowledgement.</summary>
internal sealed partial class OutboxPump(
    PromptJournal journal, IMessageTransport transport, EventSender sender, CloudLink link, JournalOptions options, TimeProvider time, ILogger<OutboxPump> logger)
    : BackgroundService
{
    /// <summary>Even without a signal the outbox is looked at this often.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly Backoff _backoff = new(options.RetryDelay, options.MaxRetryDelay);
    private bool _answersEnsured;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await SendAllAsync(stoppingToken))
                {
                    await journal.OutboxFilledAsync(LongestRest, stoppingToken);
                }

                _backoff.Reset();
            }
            catch (MessagingException exception)
            {
                var pause = _backoff.Next();
                LogSendFailed(exception.Kind, exception.Message, pause);
                await Task.Delay(pause, time, stoppingToken);
            }
            catch (JournalException exception)
            {
                var pause = _backoff.Next();
                LogJournalFailed(exception.Message, pause);
                await Task.Delay(pause, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Sends one batch of every queue; whether anything was there. A queue that fails does not hold up the others.</summary>
    private async Task<bool> SendAllAsync(CancellationToken cancellationToken)
    {
        await journal.FollowClockAsync();
        var any = false;
        MessagingException? failure = null;
        foreach (var queue in Outbox.Queues)
        {
            try
            {
                any |= await SendBatchAsync(queue, cancellationToken);
            }
            catch (MessagingException exception)
            {
                failure = exception;
            }
        }

        return failure is null ? any : throw failure;
    }

    private async Task<bool> SendBatchAsync(QueueAddress queue, CancellationToken cancellationToken)
    {
        var entries = journal.NextToSend(queue.Name, options.SendBatch);
        var sent = new List<long>();
        var unsent = new List<long>();
        try
        {
            foreach (var entry in entries)
            {
                if (entry.ExpiresAt <= time.GetUtcNow())
                {
                    // The sweep settles the prompt; the event would find nobody interested.
                    LogExpired(queue.Name, entry.PromptId);
                    unsent.Add(entry.Sequence);
                    continue;
                }

                try
                {
                    CrashPoint.Hit(EdgeCrashPoints.OutboxSendBefore);
                    await SendAsync(queue, entry, cancellationToken);
                    CrashPoint.Hit(EdgeCrashPoints.OutboxSent);
                    sent.Add(entry.Sequence);
                    link.Succeeded();
                }
                catch (Exception exception) when (exception is ContractException or MessagingException { Kind: MessagingFailure.Refused })
                {
                    LogRefused(queue.Name, entry.PromptId, exception.Message);
                    unsent.Add(entry.Sequence);
                }
                catch (MessagingException exception)
                {
                    link.Failed(exception.Message);
                    await journal.NoteSendFailureAsync(entry.Sequence, exception.Message);
                    throw;
                }
            }
        }
        finally
        {
            // Delete last: a crash before this line sends again under the same id, a crash after it loses nothing.
            if (sent.Count > 0)
            {
                CrashPoint.Hit(EdgeCrashPoints.OutboxRemoveBefore);
                await journal.RemoveFromOutboxAsync(sent, sent: true);
                CrashPoint.Hit(EdgeCrashPoints.OutboxRemoved);
            }

            if (unsent.Count > 0)
            {
                await journal.RemoveFromOutboxAsync(unsent, sent: false);
            }
        }

        return entries.Count > 0;
    }

    private async Task SendAsync(QueueAddress queue, OutboxEntry entry, CancellationToken cancellationToken)
    {
        // The way back must exist before the way out is taken.
        if (!_answersEnsured && queue == QueueAddress.Escalations)
        {
            CrashPoint.Hit(EdgeCrashPoints.OutboxEnsureBefore);
            await transport.Open(QueueAddress.Answers(journal.DeviceId)).EnsureAsync(cancellationToken);
            _answersEnsured = true;
        }

        try
        {
            await sender.SendAsync(queue, entry.Body, cancellationToken);
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound && transport.Abilities.CreatesQueues)
        {
            await transport.Open(queue).EnsureAsync(cancellationToken);
            await sender.SendAsync(queue, entry.Body, cancellationToken);
        }
    }

    [LoggerMessage(4001, LogLevel.Warning, "Sending failed ({Kind}): {Message} Next attempt in {Pause}.")]
    private partial void LogSendFailed(MessagingFailure kind, string message, TimeSpan pause);

    [LoggerMessage(4002, LogLevel.Error, "The outbox waits for the journal: {Message} Next attempt in {Pause}.")]
    private partial void LogJournalFailed(string message, TimeSpan pause);

    [LoggerMessage(4003, LogLevel.Warning, "An event for {Queue} about {PromptId} was not sent in time and is dropped; its prompt keeps its own outcome.")]
    private partial void LogExpired(string queue, Guid promptId);

    [LoggerMessage(4004, LogLevel.Error, "{Queue} refuses the event about {PromptId} for good: {Message}")]
    private partial void LogRefused(string queue, Guid promptId, string message);
}
