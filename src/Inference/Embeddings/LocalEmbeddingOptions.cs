namespace Hybrid.Inference.Embeddings;

/// <summary>Which embedding model to load and what it may use.</summary>
public sealed record LocalEmbeddingOptions
{
    /// <summary>A folder as sentence-transformers publishes them, with the ONNX graph inside.</summary>
    public required string Path { get; init; }

    /// <summary>Threads for one run of the model.</summary>
    /// <value>1 to 1024; null (the default) uses the processors this process may use.</value>
    public int? Threads { get; init; }

    /// <summary>Refuses values outside the ranges above.</summary>
    /// <exception cref="ArgumentException">A value lies outside its range; the message names it.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Path);
        if (Threads is not (null or (>= 1 and <= 1024)))
        {
            throw new ArgumentOutOfRangeException(nameof(Threads), Threads, $"{nameof(Threads)} must be between 1 and 1024.");
        }
    }
}
