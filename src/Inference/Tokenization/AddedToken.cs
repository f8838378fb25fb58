namespace Hybrid.Inference.Tokenization;

/// <summary>A token that is found in the text before the vocabulary is consulted, such as <c>&lt;|end|&gt;</c>.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Content">The text it stands for.</param>
/// <param name="IsSpecial">Whether it steers the model: it is left out of decoded text, and typed text never contains it.</param>
/// <param name="SingleWord">Whether it counts only where no word character touches it.</param>
/// <param name="LeftStrip">Whether it swallows the whitespace before it.</param>
/// <param name="RightStrip">Whether it swallows the whitespace after it.</param>
/// <param name="Normalized">Whether it is looked for in the normalised text instead of the text as given.</param>
public sealed record AddedToken(
    int Id, string Content, bool IsSpecial, bool SingleWord, bool LeftStrip, bool RightStrip, bool Normalized);
