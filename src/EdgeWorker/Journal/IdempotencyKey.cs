namespace Hybrid.EdgeWorker.Journal;

/// <summary>The caller's name for a request, so that sending it twice accepts it once.</summary>
/// <param name="Scope">Whose key it is; keys of different callers never meet.</param>
/// <param name="Key">The key.</param>
/// <param name="BodyHash">SHA-256 of what was asked; the same key with another hash is refused.</param>
internal sealed record IdempotencyKey(string Scope, string Key, byte[] BodyHash);
