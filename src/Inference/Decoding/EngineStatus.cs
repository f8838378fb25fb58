namespace Hybrid.Inference.Decoding;

/// <summary>What a decode engine is doing.</summary>
/// <param name="Active">Sequences being read or decoding.</param>
/// <param name="Queued">Sequences waiting.</param>
/// <param name="KvBytes">Keys and values of the active sequences, in bytes allocated.</param>
/// <param name="PrefixPoolBytes">Keys and values remembered, in bytes.</param>
/// <param name="PrefixPoolEntries">How many beginnings are remembered.</param>
public sealed record EngineStatus(int Active, int Queued, long KvBytes, long PrefixPoolBytes, int PrefixPoolEntries);
