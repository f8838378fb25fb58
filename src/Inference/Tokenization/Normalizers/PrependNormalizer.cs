namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Puts a prefix before text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public override NormalizedText Apply(NormalizedText source)
    {
        if (source.Text.Length == 0)
        {
            return source;
        }

        var builder = new NormalizedTextBuilder(source);
        builder.Replace(0, 0, prefix);
        builder.Keep(0, source.Text.Length);
        return builder.Build();
    }
}
