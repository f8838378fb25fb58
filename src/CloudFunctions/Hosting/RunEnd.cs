namespace Hybrid.CloudFunctions.Hosting;

/// <summary>How one attempt at a message ended.</summary>
internal enum RunEnd
{
    /// <summary>The message is dealt with.</summary>
    Done,

    /// <summary>It shall come again.</summary>
    Later,

    /// <summary>It failed, shall come again, and the reason is in the log.</summary>
    Failed,

    /// <summary>It was cancelled: the host stops, or the message is no longer ours.</summary>
    Cancelled,
}
