using Azure;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Diagnostics;
using Hybrid.CloudFunctions.Models;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Escalations;

/// <summary>
/// Turns an escalation into its one outcome. May be called any number of times for the same message, at once too: the outcome blob decides,
/// and only the holder of the lease asks the model.
/// </summary>
/// <remarks>
/// A model is asked twice only if this process dies, or loses the lease, between the model's answer and the outcome blob.
/// Knows no host; thread safe.
/// </remarks>
internal sealed partial class EscalationHandler(
    EventReader reader,
    ClaimStore claims,
    OutcomeStore outcomes,
    CallLeases leases,
    AnswerSender answers,
    RejectedMessages rejected,
    LargeModel model,
    TimeProvider time,
    ILogger<EscalationHandler> logger)
{
    // One minute in all, which fits between the model's total time and functionTimeout.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(32);

    /// <summary>A clock before this has not been set since its device was switched on.</summary>
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Handles one message.</summary>
    /// <param name="body">The event.</param>
    /// <param name="cancellationToken">The host wants its thread back, or has lost the message.</param>
    /// <exception cref="ModelUnavailableException">The model did not answer; later it may.</exception>
    /// <exception cref="MessagingException">The storage account did not.</exception>
    public async Task<Handled> HandleAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var head = EscalationHead.Read(body);
        using var activity = CloudDiagnostics.Begin("escalation", head.TraceParent);
        if (head.Ids is not { } ids)
        {
            await rejected.PutAsync(QueueAddress.Rejected, head.Refusal!, body, cancellationToken);
            return Handled.Done;
        }

        activity?.SetTag("hybrid.prompt.id", ids.PromptId);
        if (await outcomes.FindAsync(ids.DeviceId, ids.PromptId, cancellationToken) is { } known)
        {
            CrashPoint.Hit(CloudCrashPoints.RepeatBefore);
            await answers.SendAsync(known, head.TraceParent, cancellationToken);
            await DeleteClaimAsync(head, known, cancellationToken);
            LogRepeated(logger, ids.PromptId, ids.DeviceId, known.Answer.Outcome);
            return await leases.TryClearAsync(ids.DeviceId, ids.PromptId, cancellationToken) ? Handled.Done : Handled.Later;
        }

        CrashPoint.Hit(CloudCrashPoints.LeaseBefore);
        await using var lease = await leases.TryTakeAsync(ids.DeviceId, ids.PromptId, cancellationToken);
        if (lease is null)
        {
            LogBusy(logger, ids.PromptId, ids.DeviceId);
            return Handled.Later;
        }

        CrashPoint.Hit(CloudCrashPoints.LeaseTaken);
        try
        {
            // Again under the lease: the last holder may have finished in between.
            var stored = await outcomes.FindAsync(ids.DeviceId, ids.PromptId, cancellationToken)
                ?? await StoreAsync(await DecideAsync(head, ids, body, lease, cancellationToken), cancellationToken);
            await answers.SendAsync(stored, head.TraceParent, cancellationToken);
            CrashPoint.Hit(CloudCrashPoints.LeaseFinishBefore);
            var cleared = await lease.FinishAsync(cancellationToken) || await leases.TryClearAsync(ids.DeviceId, ids.PromptId, cancellationToken);
            CrashPoint.Hit(CloudCrashPoints.LeaseFinished);
            await DeleteClaimAsync(head, stored, cancellationToken);
            LogDecided(logger, ids.PromptId, ids.DeviceId, stored.Answer.Outcome, stored.Answer.Error?.Code);
            return cleared ? Handled.Done : Handled.Later;
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Handled.Later;
        }
    }

    private async Task<AnswerData> DecideAsync(
        EscalationHead head, ClaimedData ids, ReadOnlyMemory<byte> body, CallLease lease, CancellationToken cancellationToken)
    {
        if (head.Refusal is { } refusal)
        {
            return await RejectAsync(ids, refusal, body, cancellationToken);
        }

        OpenedEvent<EscalationData> opened;
        try
        {
            opened = await reader.OpenAsync<EscalationData>(body, EventTypes.Escalation, cancellationToken);
        }
        catch (ContractException exception)
        {
            return await RejectAsync(ids, EscalationHead.ReasonOf(exception), body, cancellationToken);
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            // Without an outcome nobody can have deleted it after use: it was swept, or never came.
            return await RejectAsync(
                ids, new DeadLetterReason(RejectionCodes.ClaimMissing, $"The claim {head.ClaimName} is gone."), body, cancellationToken);
        }

        var prompt = opened.Data;
        if (opened.Envelope.Time < Earliest)
        {
            // By its own clock the device counted right; only the time it had when it sent this is not ours.
            prompt = prompt with { Deadline = time.GetUtcNow() + (prompt.Deadline - opened.Envelope.Time) };
        }

        if (time.GetUtcNow() >= prompt.Deadline)
        {
            return Expired(ids);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            CrashPoint.Hit(CloudCrashPoints.ModelBefore);
            var answer = await model.AskAsync(prompt, stop.Token);
            CrashPoint.Hit(CloudCrashPoints.ModelAnswered);
            return new AnswerData(
                ids.PromptId, ids.DeviceId, ids.JournalEpoch,
                answer.Outcome, answer.Text, answer.Model, answer.Usage, answer.Cost, answer.FinishReason, answer.Error, answer.ToolCalls,
                answer.LogProbs);
        }
        catch (ModelUnavailableException) when (time.GetUtcNow() >= prompt.Deadline)
        {
            return Expired(ids);
        }
    }

    private async Task<AnswerData> RejectAsync(
        ClaimedData ids, DeadLetterReason reason, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // Kept before the outcome is stored: a crash in between keeps it twice, never not at all.
        await rejected.PutAsync(QueueAddress.Rejected, reason, body, cancellationToken);
        return new AnswerData(ids.PromptId, ids.DeviceId, ids.JournalEpoch, CloudOutcome.Failed, Error: new OutcomeError(
            ReasonCode.Rejected.Value, $"The cloud refused the escalation ({reason.Code}): {reason.Detail}"));
    }

    /// <summary>Stores an outcome, over a short outage too: it may be paid for, and lost it would be paid for again.</summary>
    private async Task<StoredOutcome> StoreAsync(AnswerData outcome, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause *= 2)
        {
            try
            {
                return await outcomes.StoreAsync(outcome, cancellationToken);
            }
            catch (Exception exception) when (exception is RequestFailedException or AggregateException && pause <= LongestPause)
            {
                LogNotStored(logger, outcome.PromptId, outcome.DeviceId, pause);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private static AnswerData Expired(ClaimedData ids) => new(
        ids.PromptId, ids.DeviceId, ids.JournalEpoch, CloudOutcome.Expired,
        Error: new OutcomeError(ReasonCode.Deadline.Value, "The deadline passed before the model answered."));

    private async Task DeleteClaimAsync(EscalationHead head, StoredOutcome outcome, CancellationToken cancellationToken)
    {
        // What was put aside keeps its claim, to be replayed.
        var kept = outcome.Answer.Error?.Code is { } code && (code == ReasonCode.Rejected.Value || code == ReasonCode.Poisoned.Value);
        if (head.ClaimName is { } name && !kept)
        {
            CrashPoint.Hit(CloudCrashPoints.ClaimBefore);
            await claims.DeleteAsync(name, cancellationToken);
            CrashPoint.Hit(CloudCrashPoints.ClaimDeleted);
        }
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Information, Message = "Prompt {PromptId} of {DeviceId} ended {Outcome} {Code}.")]
    private static partial void LogDecided(ILogger logger, Guid promptId, string deviceId, CloudOutcome outcome, string? code);

    [LoggerMessage(
        EventId = 6002, Level = LogLevel.Information,
        Message = "Prompt {PromptId} of {DeviceId} had ended {Outcome} already; the answer was sent again.")]
    private static partial void LogRepeated(ILogger logger, Guid promptId, string deviceId, CloudOutcome outcome);

    [LoggerMessage(
        EventId = 6006, Level = LogLevel.Warning,
        Message = "The outcome of prompt {PromptId} of {DeviceId} could not be stored; the next try follows in {Pause}.")]
    private static partial void LogNotStored(ILogger logger, Guid promptId, string deviceId, TimeSpan pause);

    [LoggerMessage(
        EventId = 6003, Level = LogLevel.Information,
        Message = "Prompt {PromptId} of {DeviceId} is being asked by another holder of its lease.")]
    private static partial void LogBusy(ILogger logger, Guid promptId, string deviceId);
}
