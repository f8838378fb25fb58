namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Why a prompt was not accepted.</summary>
internal enum RefusalKind
{
    /// <summary>A field is wrong.</summary>
    Invalid,

    /// <summary>The conversation is longer than is ever accepted.</summary>
    TooLong,

    /// <summary>There is no such model.</summary>
    UnknownModel,

    /// <summary>Another request holds the idempotency key.</summary>
    KeyConflict,

    /// <summary>Too many prompts have no outcome yet.</summary>
    Busy,

    /// <summary>The journal is full.</summary>
    Full,
}
