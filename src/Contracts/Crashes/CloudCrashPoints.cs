namespace Hybrid.Contracts.Crashes;

/// <summary>The places of the cloud functions.</summary>
public static class CloudCrashPoints
{
    /// <summary>A message was received and is locked.</summary>
    public const string Received = "cloud.message.received";

    /// <summary>The prompt has its outcome already; the answer is about to be sent again.</summary>
    public const string RepeatBefore = "cloud.repeat.before";

    /// <summary>The lease on a prompt is about to be taken.</summary>
    public const string LeaseBefore = "cloud.lease.before";

    /// <summary>The lease is ours.</summary>
    public const string LeaseTaken = "cloud.lease.taken";

    /// <summary>The large model is about to be asked, at its price.</summary>
    public const string ModelBefore = "cloud.model.before";

    /// <summary>It has answered and is paid; nothing of it is stored.</summary>
    public const string ModelAnswered = "cloud.model.answered";

    /// <summary>The outcome is about to be stored.</summary>
    public const string OutcomeBefore = "cloud.outcome.before";

    /// <summary>The outcome is final.</summary>
    public const string OutcomeStored = "cloud.outcome.stored";

    /// <summary>The answer is about to be sent to its device.</summary>
    public const string AnswerBefore = "cloud.answer.before";

    /// <summary>The broker has it.</summary>
    public const string AnswerSent = "cloud.answer.sent";

    /// <summary>The lease and its blob are about to be removed.</summary>
    public const string LeaseFinishBefore = "cloud.lease.finish";

    /// <summary>They are removed.</summary>
    public const string LeaseFinished = "cloud.lease.finished";

    /// <summary>The escalation's claim is about to be deleted.</summary>
    public const string ClaimBefore = "cloud.claim.delete";

    /// <summary>It is deleted.</summary>
    public const string ClaimDeleted = "cloud.claim.deleted";

    /// <summary>The message is about to be completed.</summary>
    public const string CompleteBefore = "cloud.message.complete";

    /// <summary>It is completed.</summary>
    public const string Completed = "cloud.message.completed";

    /// <summary>An attempt has failed; the message is about to be given back.</summary>
    public const string AbandonBefore = "cloud.message.abandon";

    /// <summary>It is given back.</summary>
    public const string Abandoned = "cloud.message.abandoned";

    /// <summary>What can never be handled is about to be put aside.</summary>
    public const string RejectBefore = "cloud.reject.before";

    /// <summary>It is put aside; its outcome is not stored yet.</summary>
    public const string Rejected = "cloud.rejected";

    /// <summary>A message that was delivered too often is about to be ended.</summary>
    public const string PoisonReceived = "cloud.poison.received";

    /// <summary>Its failed outcome is final; the device does not know.</summary>
    public const string PoisonStored = "cloud.poison.stored";

    /// <summary>The device will know; the message is still there.</summary>
    public const string PoisonTold = "cloud.poison.told";

    /// <summary>A device's result is about to be stored.</summary>
    public const string ResultBefore = "cloud.result.before";

    /// <summary>It is stored; the message is still there.</summary>
    public const string ResultStored = "cloud.result.stored";

    /// <summary>A prompt that came over HTTP is about to be queued.</summary>
    public const string DirectBefore = "cloud.direct.before";

    /// <summary>It is queued; its marker is not there yet.</summary>
    public const string DirectQueued = "cloud.direct.queued";

    /// <summary>Its marker is there; its caller does not know yet.</summary>
    public const string DirectMarked = "cloud.direct.marked";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Received, RepeatBefore, LeaseBefore, LeaseTaken, ModelBefore, ModelAnswered, OutcomeBefore, OutcomeStored, AnswerBefore,
        AnswerSent, LeaseFinishBefore, LeaseFinished, ClaimBefore, ClaimDeleted, CompleteBefore, Completed, AbandonBefore, Abandoned,
        RejectBefore, Rejected, PoisonReceived, PoisonStored, PoisonTold, ResultBefore, ResultStored, DirectBefore, DirectQueued,
        DirectMarked,
    ];
}
