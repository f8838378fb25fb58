namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Normalisers one after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<TextNormalizer> normalizers) : TextNormalizer
{
    public override NormalizedText Apply(NormalizedText source)
    {
        return normalizers.Aggregate(source, (text, normalizer) => normalizer.Apply(text));
    }
}
