namespace Hybrid.EdgeWorker.Journal;

/// <summary>What became of a prompt that was handed in.</summary>
internal enum AcceptanceKind
{
    /// <summary>It is on disk.</summary>
    New,

    /// <summary>The same request had been accepted before.</summary>
    Known,

    /// <summary>An earlier sending of the same request has escalated, and is still awaited; nothing was recorded.</summary>
    Awaited,

    /// <summary>Another request holds the idempotency key.</summary>
    Conflict,

    /// <summary>The journal is full; nothing was recorded.</summary>
    Full,
}
