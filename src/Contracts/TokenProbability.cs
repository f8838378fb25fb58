namespace Hybrid.Contracts;

/// <summary>A token of an answer and how probable the model found it.</summary>
/// <param name="Bytes">The UTF-8 bytes it stands for; possibly part of a character.</param>
/// <param name="LogProbability">Natural logarithm of its probability, at most 0.</param>
/// <param name="Top">The most probable tokens in its place, best first; null unless asked for.</param>
public sealed record TokenProbability(byte[] Bytes, double LogProbability, IReadOnlyList<TokenProbability>? Top = null);
