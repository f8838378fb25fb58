namespace Hybrid.Inference.Tokenization.PreTokenizers;

/// <summary>Cuts text into the pieces within which tokens merge.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Cuts each piece and appends what is not empty to <paramref name="output"/>.</summary>
    public abstract void Apply(IReadOnlyList<TextPiece> pieces, List<TextPiece> output);
}
