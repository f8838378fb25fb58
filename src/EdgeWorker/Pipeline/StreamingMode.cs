namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Whether text streams before the confidence gate has spoken.</summary>
internal enum StreamingMode
{
    /// <summary>Nothing is shown before the gate has spoken.</summary>
    Hold,

    /// <summary>Text streams at once; the gate then only records that it was unsure.</summary>
    Early,
}
