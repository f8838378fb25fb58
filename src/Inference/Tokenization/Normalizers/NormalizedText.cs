namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Text on its way through the normalisers, with the place each character came from where somebody asks.</summary>
/// <param name="Text">The text.</param>
/// <param name="Origins">For each character of <paramref name="Text"/> the range of the first text it stands for; null if not tracked.</param>
internal sealed record NormalizedText(string Text, TextRange[]? Origins)
{
    /// <summary>Text that no normaliser has touched yet.</summary>
    public static NormalizedText Start(string text, bool track)
    {
        if (!track)
        {
            return new NormalizedText(text, null);
        }

        var origins = new TextRange[text.Length];
        for (var i = 0; i < origins.Length; i++)
        {
            origins[i] = new TextRange(i, i + 1);
        }

        return new NormalizedText(text, origins);
    }
}
