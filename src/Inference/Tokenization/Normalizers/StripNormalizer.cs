namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Removes whitespace at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override NormalizedText Apply(NormalizedText source)
    {
        var start = 0;
        var end = source.Text.Length;
        while (left && start < end && char.IsWhiteSpace(source.Text[start]))
        {
            start++;
        }

        while (right && end > start && char.IsWhiteSpace(source.Text[end - 1]))
        {
            end--;
        }

        var builder = new NormalizedTextBuilder(source);
        builder.Keep(start, end - start);
        return builder.Build();
    }
}
