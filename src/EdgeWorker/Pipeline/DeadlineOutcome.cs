namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>What the deadline settles an escalated prompt to.</summary>
internal enum DeadlineOutcome
{
    /// <summary>The local draft, if there is one.</summary>
    Draft,

    /// <summary>Expired, draft or not.</summary>
    Expire,
}
