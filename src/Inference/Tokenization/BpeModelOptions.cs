namespace Hybrid.Inference.Tokenization;

/// <summary>What the file's <c>model</c> says besides vocabulary and merges.</summary>
/// <param name="InBytes">Whether words are read as UTF-8 bytes in the <see cref="ByteAlphabet"/> instead of as characters.</param>
/// <param name="IgnoreMerges">Whether a word that is a token is taken whole, whatever the merges say.</param>
/// <param name="ByteFallback">Whether an unknown character becomes <c>&lt;0xNN&gt;</c> tokens.</param>
/// <param name="FuseUnknown">Whether neighbouring unknown characters become one unknown token.</param>
/// <param name="UnknownToken">The token for an unknown character; without one it vanishes.</param>
internal sealed record BpeModelOptions(
    bool InBytes, bool IgnoreMerges, bool ByteFallback, bool FuseUnknown, int? UnknownToken);
