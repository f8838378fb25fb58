namespace Hybrid.Inference.Decoding;

/// <summary>The shape of a model's keys and values.</summary>
/// <param name="Layers">Number of layers; each has a key and a value tensor.</param>
/// <param name="Heads">Key-value heads.</param>
/// <param name="HeadSize">Elements per head and token.</param>
/// <param name="ElementBytes">4 for fp32, 2 for fp16.</param>
internal readonly record struct KvLayout(int Layers, int Heads, int HeadSize, int ElementBytes)
{
    /// <summary>Key and value tensors: two for each layer, key first.</summary>
    public int Tensors => Layers * 2;

    /// <summary>One token's elements of one head, in bytes.</summary>
    public long RowBytes => (long)HeadSize * ElementBytes;

    /// <summary>What one token costs over all tensors, in bytes.</summary>
    public long TokenBytes => Tensors * Heads * RowBytes;
}
