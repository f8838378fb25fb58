namespace Hybrid.EdgeWorker.Tests.Hostile;

/// <summary>Bytes to send over one connection.</summary>
/// <param name="Kind">What is wrong with them.</param>
/// <param name="Pieces">Written one by one, so that the server sees each alone.</param>
/// <param name="HangUp">Whether to close the connection without waiting for an answer.</param>
internal sealed record HostileRequest(string Kind, IEnumerable<ReadOnlyMemory<byte>> Pieces, bool HangUp = false);
