using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Takes the cloud's answers from the device's queue: the journal is settled first, the message completed after.</summary>
internal sealed partial class AnswerInbox(
    PromptJournal journal,
    IMessageTransport transport,
    EventReader reader,
    ClaimStore claims,
    CloudLink link,
    JournalOptions options,
    TimeProvider time,
    ILogger<AnswerInbox> logger)
    : BackgroundService
{
    private const int MostAtOnce = 16;

    /// <summary>How often an answer of another installation is given back, for its owner to take, before it is parked here.</summary>
    private const int DeliveriesBeforeParking = 5;

    /// <summary>
    /// Nobody else reads this queue, so a lock only makes a restarted device wait for what it held when it died; settling takes milliseconds.
    /// </summary>
    private static readonly TimeSpan LockDuration = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>Where nothing is awaited: enough for an answer that lies there to come over a slow line.</summary>
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ForeignDelay = TimeSpan.FromSeconds(10);

    private readonly Backoff _backoff = new(options.RetryDelay, options.MaxRetryDelay);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var queue = transport.Open(QueueAddress.Answers(journal.DeviceId));
        var ensured = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!ensured)
                {
                    await queue.EnsureAsync(stoppingToken);
                    ensured = true;
                    link.Succeeded();
                }

                // Each look at a queue is paid for, and most devices await nothing most of the time.
                var awaits = journal.AwaitsAnswers();
                var messages = await queue.ReceiveAsync(MostAtOnce, LockDuration, awaits ? Wait : IdleWait, stoppingToken);
                foreach (var message in messages)
                {
                    await TakeAsync(queue, message, stoppingToken);
                }

                link.Succeeded();
                _backoff.Reset();
                if (messages.Count == 0 && !awaits)
                {
                    await journal.EscalatedAsync(options.IdlePoll, stoppingToken);
                }
            }
            catch (MessagingException exception)
            {
                ensured &= exception.Kind != MessagingFailure.NotFound;
                link.Failed(exception.Message);
                var pause = _backoff.Next();
                LogReceiveFailed(exception.Kind, exception.Message, pause);
                await PauseAsync(pause, stoppingToken);
            }
            catch (JournalException exception)
            {
                // The message stays locked and comes again by itself; that our disk is full is not its fault.
                var pause = _backoff.Next();
                LogJournalFailed(exception.Message, pause);
                await PauseAsync(pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(pause, time, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The loop's condition ends it.
        }
    }

    private async Task TakeAsync(IMessageQueue queue, ReceivedMessage message, CancellationToken cancellationToken)
    {
        CrashPoint.Hit(EdgeCrashPoints.InboxReceived);
        OpenedEvent<AnswerData> opened;
        try
        {
            if (message.Malformed is { } malformed)
            {
                throw new ContractException("", malformed);
            }

            opened = await reader.OpenAsync<AnswerData>(message.Body, EventTypes.Answer, cancellationToken);
            if (opened.Data.DeviceId != journal.DeviceId)
            {
                throw new ContractException("$.data.deviceId", $"the answer is for another device than {journal.DeviceId}.");
            }
        }
        catch (ContractException exception)
        {
            LogPoisoned(exception.Field, exception.Message);
            await journal.CountAsync(Counter.Poisoned);
            await queue.DeadLetterAsync(message, new DeadLetterReason("malformed", $"{exception.Field} {exception.Message}".Trim()), cancellationToken);
            return;
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            await DropWithoutClaimAsync(queue, message, cancellationToken);
            return;
        }

        if (opened.Data.JournalEpoch != journal.Epoch)
        {
            await GiveBackOrParkAsync(queue, message, opened, "epoch", cancellationToken);
            return;
        }

        CrashPoint.Hit(EdgeCrashPoints.InboxSettleBefore);
        var verdict = await journal.SettleFromCloudAsync(opened.Envelope.Id, opened.Data, prompt => SettlementOf(prompt, opened.Data));
        CrashPoint.Hit(EdgeCrashPoints.InboxSettled);
        LogAnswer(opened.Data.PromptId, verdict);
        if (verdict == CloudVerdict.Unknown)
        {
            await GiveBackOrParkAsync(queue, message, opened, "prompt", cancellationToken);
            return;
        }

        if (opened.ClaimName is { } claim)
        {
            CrashPoint.Hit(EdgeCrashPoints.InboxClaimBefore);
            await claims.DeleteAsync(claim, cancellationToken);
        }

        CrashPoint.Hit(EdgeCrashPoints.InboxCompleteBefore);
        await queue.CompleteAsync(message, cancellationToken);
        CrashPoint.Hit(EdgeCrashPoints.InboxCompleted);
    }

    /// <summary>The answer's claim is gone: normally because it was settled and only the completion got lost.</summary>
    private async Task DropWithoutClaimAsync(IMessageQueue queue, ReceivedMessage message, CancellationToken cancellationToken)
    {
        var ids = EventFormat.ReadIds(EventFormat.ReadEnvelope(message.Body.Span));
        if (journal.Find(ids.PromptId) is { IsFinal: true })
        {
            await queue.CompleteAsync(message, cancellationToken);
            return;
        }

        LogPoisoned("$.dataref", "its claim is gone, and the prompt has no outcome yet.");
        await journal.CountAsync(Counter.Poisoned);
        await queue.DeadLetterAsync(message, new DeadLetterReason("claim_missing", "the blob with the answer is gone"), cancellationToken);
    }

    /// <summary>An answer to a prompt this journal does not know belongs to another installation under the same device id.</summary>
    private async Task GiveBackOrParkAsync(
        IMessageQueue queue, ReceivedMessage message, OpenedEvent<AnswerData> opened, string what, CancellationToken cancellationToken)
    {
        LogForeign(journal.DeviceId, opened.Data.PromptId, what);
        if (message.DeliveryCount is > 0 and < DeliveriesBeforeParking)
        {
            await queue.AbandonAsync(message, ForeignDelay, cancellationToken);
            return;
        }

        CrashPoint.Hit(EdgeCrashPoints.InboxParkBefore);
        await journal.ParkAsync(opened.Envelope.Id, what, EventFormat.WriteData(opened.Data));
        CrashPoint.Hit(EdgeCrashPoints.InboxParked);
        await queue.CompleteAsync(message, cancellationToken);
    }

    private static Settlement? SettlementOf(PromptRecord prompt, AnswerData answer)
    {
        var outcome = new Settlement
        {
            State = PromptState.Failed,
            Reason = prompt.Reason ?? ReasonCode.Mode,
            Detail = prompt.Detail,
            Model = answer.Model,
            Usage = answer.Usage,
            Cost = answer.Cost,
            FinishReason = answer.FinishReason,
            Error = answer.Error,
        };
        return answer.Outcome switch
        {
            CloudOutcome.Answered => outcome with
            {
                State = PromptState.Answered,
                Route = PromptRoute.Cloud,
                Answer = answer.Text ?? "",
                Parts = new AnswerParts(answer.ToolCalls, answer.LogProbs),
            },
            CloudOutcome.Filtered => outcome with { Reason = ReasonCode.Filtered },
            CloudOutcome.Expired => null,
            _ => outcome with { Reason = ReasonCode.CloudError },
        };
    }

    [LoggerMessage(4101, LogLevel.Warning, "The answer queue cannot be read ({Kind}): {Message} Next attempt in {Pause}.")]
    private partial void LogReceiveFailed(MessagingFailure kind, string message, TimeSpan pause);

    [LoggerMessage(4102, LogLevel.Error, "The inbox waits for the journal: {Message} Next attempt in {Pause}.")]
    private partial void LogJournalFailed(string message, TimeSpan pause);

    [LoggerMessage(4103, LogLevel.Error, "A message on the answer queue is not an answer for this device and goes to the poison queue: {Field} {Message}")]
    private partial void LogPoisoned(string field, string message);

    [LoggerMessage(4104, LogLevel.Warning, "An answer for {DeviceId} about {PromptId} belongs to another installation (by its {What}). Is this device's image running twice? Give each its own Device:Id.")]
    private partial void LogForeign(string deviceId, Guid promptId, string what);

    [LoggerMessage(4105, LogLevel.Debug, "Answer for {PromptId}: {Verdict}")]
    private partial void LogAnswer(Guid promptId, CloudVerdict verdict);
}
