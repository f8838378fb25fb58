namespace Hybrid.Inference.Decoding;

/// <summary>How a graph is run.</summary>
/// <param name="Threads">Threads for one run.</param>
/// <param name="Spinning">What idle workers do.</param>
/// <param name="MaxRunTokens">The most tokens one run takes.</param>
internal sealed record GraphOptions(int Threads, SpinningMode Spinning, int MaxRunTokens);
