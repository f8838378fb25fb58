using System.Globalization;

namespace Hybrid.Inference.Embeddings;

/// <summary>A text has more tokens than the embedding model reads; it is never cut silently.</summary>
public sealed class EmbeddingInputTooLongException : Exception
{
    /// <summary>Creates the exception.</summary>
    public EmbeddingInputTooLongException(int index, int tokens, int maxTokens)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"Input {index} has {tokens} tokens; the embedding model reads {maxTokens}. Split the text, or use a model that reads more."))
    {
        (Index, Tokens, MaxTokens) = (index, tokens, maxTokens);
    }

    /// <summary>The text's place among the inputs, from 0.</summary>
    public int Index { get; }

    /// <summary>Its length in tokens, the model's special tokens included.</summary>
    public int Tokens { get; }

    /// <summary>The most tokens the model reads.</summary>
    public int MaxTokens { get; }
}
