namespace Hybrid.Inference.Answers;

/// <summary>A token of an answer and how probable the model found it.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="Bytes">The UTF-8 bytes it stands for; possibly part of a character.</param>
/// <param name="LogProbability">Natural logarithm of its probability, before penalties, temperature and filters; ≤ 0.</param>
/// <param name="Top">The most probable tokens in its place, best first; empty unless asked for.</param>
public sealed record TokenLogProbability(
    int Token,
    ReadOnlyMemory<byte> Bytes,
    float LogProbability,
    IReadOnlyList<TokenLogProbability> Top);
