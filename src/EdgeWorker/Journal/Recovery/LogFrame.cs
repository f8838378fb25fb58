namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>One page in the write-ahead log.</summary>
/// <param name="Page">Which page, from 1.</param>
/// <param name="Position">Where its bytes begin in the log.</param>
/// <param name="PagesAfterCommit">The database's length in pages if this frame ends a transaction, else 0.</param>
/// <param name="IsOfThisLog">Whether it carries the log's salts; others are left from before the log began anew.</param>
/// <param name="IsValid">Whether its checksum, which covers all before it too, is right.</param>
internal readonly record struct LogFrame(uint Page, long Position, uint PagesAfterCommit, bool IsOfThisLog, bool IsValid);
