using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Diagnostics;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Escalations;

/// <summary>
/// Ends escalations that were delivered too often: the device gets a failed outcome, and the message is kept with its claim on
/// <c>escalations-rejected</c>. Takes originals as the Functions host leaves them, and enveloped ones. Knows no host; thread safe.
/// </summary>
internal sealed partial class PoisonHandler(
    DeadLetterStore letters, OutcomeStore outcomes, CallLeases leases, AnswerSender answers, RejectedMessages rejected,
    ILogger<PoisonHandler> logger)
{
    private static readonly DeadLetterReason Unnamed = new(
        RejectionCodes.Poisoned, "It was delivered too often without success; the log of the function says why.");

    /// <summary>Handles one message of the poison queue.</summary>
    /// <param name="body">The original, or the original in an envelope.</param>
    /// <param name="beside">Why it was put aside, where the broker says so beside the body; null elsewhere.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MessagingException">The storage account did not answer.</exception>
    public async Task<Handled> HandleAsync(ReadOnlyMemory<byte> body, DeadLetterReason? beside, CancellationToken cancellationToken)
    {
        CrashPoint.Hit(CloudCrashPoints.PoisonReceived);
        var letter = await ReadAsync(body, cancellationToken);
        var reason = DeadLetterWords.Clean(letter.Reason ?? beside ?? Unnamed);
        var head = EscalationHead.Read(letter.Original);
        using var activity = CloudDiagnostics.Begin("poison", head.TraceParent);
        if (head.Ids is not { } ids)
        {
            await rejected.PutAsync(QueueAddress.Rejected, head.Refusal ?? reason, letter.Original, cancellationToken);
            await letters.PurgeAsync(body, cancellationToken);
            return Handled.Done;
        }

        activity?.SetTag("hybrid.prompt.id", ids.PromptId);
        var stored = await outcomes.FindAsync(ids.DeviceId, ids.PromptId, cancellationToken);
        bool cleared;
        if (stored is null)
        {
            // A slow call may outlive the deliveries of a second copy: while somebody asks, nothing is decided here.
            await using var lease = await leases.TryTakeAsync(ids.DeviceId, ids.PromptId, cancellationToken);
            if (lease is null)
            {
                return Handled.Later;
            }

            stored = await outcomes.FindAsync(ids.DeviceId, ids.PromptId, cancellationToken);
            if (stored is null)
            {
                // Kept before the outcome is stored: a crash in between keeps it twice, never not at all.
                await rejected.PutAsync(QueueAddress.Rejected, reason, letter.Original, cancellationToken);
                stored = await outcomes.StoreAsync(
                    new AnswerData(ids.PromptId, ids.DeviceId, ids.JournalEpoch, CloudOutcome.Failed, Error: new OutcomeError(
                        ReasonCode.Poisoned.Value, $"The cloud gave up on the escalation ({reason.Code}): {reason.Detail}")),
                    cancellationToken);
            }

            CrashPoint.Hit(CloudCrashPoints.PoisonStored);
            cleared = await lease.FinishAsync(cancellationToken) || await leases.TryClearAsync(ids.DeviceId, ids.PromptId, cancellationToken);
        }
        else
        {
            cleared = await leases.TryClearAsync(ids.DeviceId, ids.PromptId, cancellationToken);
        }

        await answers.SendAsync(stored, head.TraceParent, cancellationToken);
        CrashPoint.Hit(CloudCrashPoints.PoisonTold);
        if (!cleared)
        {
            return Handled.Later;
        }

        await letters.PurgeAsync(body, cancellationToken);
        LogEnded(logger, ids.PromptId, ids.DeviceId, stored.Answer.Outcome);
        return Handled.Done;
    }

    private async Task<DeadLetter> ReadAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            return await letters.ReadAsync(body, cancellationToken);
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            // Its blob is gone, and with it the ids; what is left is kept for people.
            return new DeadLetter(new DeadLetterReason(RejectionCodes.ClaimMissing, exception.Message), body);
        }
    }

    [LoggerMessage(EventId = 6004, Level = LogLevel.Warning, Message = "The poisoned prompt {PromptId} of {DeviceId} ended {Outcome}.")]
    private static partial void LogEnded(ILogger logger, Guid promptId, string deviceId, CloudOutcome outcome);
}
