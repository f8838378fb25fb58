namespace Hybrid.EdgeWorker.Journal;

/// <summary>What a client says about whether it sends a request for the first time.</summary>
internal enum RepeatKind
{
    /// <summary>It says that this is the first time.</summary>
    First,

    /// <summary>It says nothing.</summary>
    Unknown,

    /// <summary>It says that this is a repetition: it has not got the answer.</summary>
    Repeat,
}
