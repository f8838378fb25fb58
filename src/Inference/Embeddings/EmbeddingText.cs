namespace Hybrid.Inference.Embeddings;

/// <summary>One text as the graph takes it.</summary>
/// <param name="Index">Its place among the inputs.</param>
/// <param name="Ids">Its tokens, special ones included.</param>
/// <param name="Types">Each token's type.</param>
internal sealed record EmbeddingText(int Index, int[] Ids, int[] Types);
