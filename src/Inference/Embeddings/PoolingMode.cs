namespace Hybrid.Inference.Embeddings;

/// <summary>How a text's vector comes from the vectors of its tokens.</summary>
public enum PoolingMode
{
    /// <summary>The mean over all tokens.</summary>
    Mean,

    /// <summary>The first token's.</summary>
    FirstToken,

    /// <summary>The last token's.</summary>
    LastToken,
}
