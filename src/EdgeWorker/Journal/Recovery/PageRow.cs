namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>A row as it was found on a page.</summary>
/// <param name="RowId">Its number; null for a row of an index or a table without row ids.</param>
/// <param name="Values">Null, <see cref="long"/>, <see cref="double"/>, <see cref="string"/> or <see cref="byte"/>[] for each
/// column.</param>
/// <param name="IsCurrent">Whether the page is one SQLite would read; others come from a damaged log's rest.</param>
internal sealed record PageRow(long? RowId, object?[] Values, bool IsCurrent);
