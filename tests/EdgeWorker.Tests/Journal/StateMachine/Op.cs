namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>What can happen to a journal.</summary>
internal enum Op
{
    Accept,
    LocalAnswer,
    Escalate,
    CloudAnswer,
    DuplicateAnswer,
    Cancel,
    Retry,
    Deadline,
    Sent,
    Unsent,
    Prune,

    /// <summary>The process is killed and comes back.</summary>
    Crash,

    /// <summary>The steps that follow are begun at once, and the process is killed while they are under way.</summary>
    Burst,

    /// <summary>The process is stopped in order and comes back.</summary>
    Restart,

    /// <summary>Never drawn: changes the journal behind the model's back, to see whether that is noticed.</summary>
    Sabotage,
}
