namespace Hybrid.Inference.Tokenization;

/// <summary>Cuts words into tokens.</summary>
internal abstract class WordModel
{
    /// <summary>Appends the ids of a word of well-formed text.</summary>
    public abstract void Encode(ReadOnlySpan<char> word, List<int> ids);
}
