namespace Hybrid.Inference.Embeddings;

/// <summary>Some texts' tokens, filled up on the right to one length.</summary>
internal sealed class EmbeddingBatch
{
    public EmbeddingBatch(IReadOnlyList<EmbeddingText> texts, int padToken)
    {
        Count = texts.Count;
        Length = texts.Max(text => text.Ids.Length);
        Ids = new long[Count * Length];
        Mask = new long[Ids.Length];
        Types = new long[Ids.Length];
        Array.Fill(Ids, padToken);
        for (var row = 0; row < Count; row++)
        {
            var text = texts[row];
            for (var i = 0; i < text.Ids.Length; i++)
            {
                var at = (row * Length) + i;
                (Ids[at], Types[at], Mask[at]) = (text.Ids[i], text.Types[i], 1);
            }
        }
    }

    /// <summary>How many texts.</summary>
    public int Count { get; }

    /// <summary>How many tokens each has, filling included.</summary>
    public int Length { get; }

    public long[] Ids { get; }

    /// <summary>1 for a token, 0 for filling.</summary>
    public long[] Mask { get; }

    public long[] Types { get; }

    /// <summary>Where each token stands.</summary>
    public long[] Positions(int first)
    {
        var positions = new long[Ids.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            // Filling gets the padding token's position, so that no table is overrun.
            positions[i] = Mask[i] == 1 ? first + (i % Length) : Math.Max(0, first - 1);
        }

        return positions;
    }
}
