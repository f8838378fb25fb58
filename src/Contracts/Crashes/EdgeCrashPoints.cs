namespace Hybrid.Contracts.Crashes;

/// <summary>The places of the edge worker.</summary>
public static class EdgeCrashPoints
{
    /// <summary>A prompt is about to be written down.</summary>
    public const string AcceptBefore = "edge.accept.before";

    /// <summary>It is written down; its caller does not know yet.</summary>
    public const string AcceptCommitted = "edge.accept.committed";

    /// <summary>The writer has done a batch of work and is about to commit it.</summary>
    public const string CommitBefore = "edge.journal.commit";

    /// <summary>The batch is on disk; nobody who waits for it knows yet.</summary>
    public const string Committed = "edge.journal.committed";

    /// <summary>A prompt of an earlier run is about to be queued again or given up.</summary>
    public const string RecoverBefore = "edge.recover.before";

    /// <summary>Everything an earlier run left is sorted; the door is about to open.</summary>
    public const string Recovered = "edge.recovered";

    /// <summary>A prompt was taken from the queue of work.</summary>
    public const string WorkBegun = "edge.work.begun";

    /// <summary>The local model is about to be asked.</summary>
    public const string ModelBefore = "edge.model.before";

    /// <summary>The local model has answered; nothing of it is on disk.</summary>
    public const string ModelAnswered = "edge.model.answered";

    /// <summary>A caller has seen a piece of the answer, which is not on disk.</summary>
    public const string TextShown = "edge.text.shown";

    /// <summary>An outcome the device decided is about to be written down.</summary>
    public const string SettleBefore = "edge.settle.before";

    /// <summary>It is written down; nobody knows yet.</summary>
    public const string SettleCommitted = "edge.settle.committed";

    /// <summary>An escalation is about to be written down.</summary>
    public const string EscalateBefore = "edge.escalate.before";

    /// <summary>It is written down with its event; the pump does not know yet.</summary>
    public const string EscalateCommitted = "edge.escalate.committed";

    /// <summary>The caller of an interactive prompt has left; the prompt is about to be settled.</summary>
    public const string CancelBefore = "edge.cancel.before";

    /// <summary>It is settled; the work on it goes on for a moment.</summary>
    public const string CancelCommitted = "edge.cancel.committed";

    /// <summary>A deadline has passed; the prompt is about to be settled.</summary>
    public const string SweepBefore = "edge.sweep.before";

    /// <summary>It is settled; nobody knows yet.</summary>
    public const string SweepCommitted = "edge.sweep.committed";

    /// <summary>The cloud is late and the local model has answered; the answer is about to be written down.</summary>
    public const string FallbackBefore = "edge.fallback.before";

    /// <summary>The way back is about to be made before the first escalation goes out.</summary>
    public const string OutboxEnsureBefore = "edge.outbox.ensure";

    /// <summary>An event is about to be sent.</summary>
    public const string OutboxSendBefore = "edge.outbox.send";

    /// <summary>The broker has acknowledged it; its row is still there.</summary>
    public const string OutboxSent = "edge.outbox.sent";

    /// <summary>The rows of what was sent are about to be removed.</summary>
    public const string OutboxRemoveBefore = "edge.outbox.remove";

    /// <summary>They are removed.</summary>
    public const string OutboxRemoved = "edge.outbox.removed";

    /// <summary>An answer was received and is locked.</summary>
    public const string InboxReceived = "edge.inbox.received";

    /// <summary>It was read and is about to settle its prompt.</summary>
    public const string InboxSettleBefore = "edge.inbox.settle";

    /// <summary>The prompt is settled on disk; the message is still there.</summary>
    public const string InboxSettled = "edge.inbox.settled";

    /// <summary>The answer's claim is about to be deleted.</summary>
    public const string InboxClaimBefore = "edge.inbox.claim";

    /// <summary>The message is about to be completed.</summary>
    public const string InboxCompleteBefore = "edge.inbox.complete";

    /// <summary>It is completed.</summary>
    public const string InboxCompleted = "edge.inbox.completed";

    /// <summary>An answer of another installation is about to be kept here.</summary>
    public const string InboxParkBefore = "edge.inbox.park";

    /// <summary>It is kept; the message is still there.</summary>
    public const string InboxParked = "edge.inbox.parked";

    /// <summary>A caller is about to be told the outcome.</summary>
    public const string ReplyBefore = "edge.reply.before";

    /// <summary>The caller has been told.</summary>
    public const string ReplyWritten = "edge.reply.written";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AcceptBefore, AcceptCommitted, CommitBefore, Committed, RecoverBefore, Recovered, WorkBegun, ModelBefore, ModelAnswered,
        TextShown, SettleBefore, SettleCommitted, EscalateBefore, EscalateCommitted, CancelBefore, CancelCommitted, SweepBefore,
        SweepCommitted, FallbackBefore, OutboxEnsureBefore, OutboxSendBefore, OutboxSent, OutboxRemoveBefore, OutboxRemoved,
        InboxReceived, InboxSettleBefore, InboxSettled, InboxClaimBefore, InboxCompleteBefore, InboxCompleted, InboxParkBefore,
        InboxParked, ReplyBefore, ReplyWritten,
    ];
}
