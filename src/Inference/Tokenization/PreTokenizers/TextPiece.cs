namespace Hybrid.Inference.Tokenization.PreTokenizers;

/// <summary>A stretch of text on its way to become words.</summary>
/// <param name="Text">The text it lies in.</param>
/// <param name="Start">Where it starts.</param>
/// <param name="Length">How long it is.</param>
/// <param name="AtStart">Whether it starts where the whole text does.</param>
internal readonly record struct TextPiece(string Text, int Start, int Length, bool AtStart)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    public static TextPiece Whole(string text, bool atStart) => new(text, 0, text.Length, atStart);

    /// <summary>A part of this piece.</summary>
    public TextPiece Part(int start, int length) => new(Text, Start + start, length, AtStart && start == 0);
}
