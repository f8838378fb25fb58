namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Rewrites text before it is split into words.</summary>
internal abstract class TextNormalizer
{
    /// <summary>Rewrites well-formed text into well-formed text.</summary>
    public abstract NormalizedText Apply(NormalizedText source);
}
