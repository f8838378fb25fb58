namespace Hybrid.EdgeWorker.Journal;

/// <summary>What became of an answer from the cloud.</summary>
internal enum CloudVerdict
{
    /// <summary>It settled its prompt.</summary>
    Applied,

    /// <summary>The prompt had its outcome already; the answer and its cost were counted.</summary>
    Late,

    /// <summary>The same event had been seen before.</summary>
    Duplicate,

    /// <summary>The cloud found the deadline passed; the sweep decides what that means.</summary>
    Expired,

    /// <summary>No such prompt has left this journal.</summary>
    Unknown,
}
