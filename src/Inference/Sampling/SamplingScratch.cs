namespace Hybrid.Inference.Sampling;

/// <summary>Buffers that every answer of a model uses in turn, so that choosing a token allocates nothing.</summary>
/// <remarks>Not thread safe; one decode loop owns it.</remarks>
internal sealed class SamplingScratch(int vocabularySize)
{
    private readonly float[] _scores = new float[vocabularySize];
    private readonly float[] _row = new float[vocabularySize];
    private float[] _weights = [];
    private int[] _tokens = [];

    /// <summary>Room for one row, for <see cref="LogitRow.LogSumExp"/>.</summary>
    public Span<float> Row => _row;

    /// <summary>Room for a changed copy of the logits.</summary>
    public Span<float> Scores(int length) => _scores.AsSpan(0, length);

    /// <summary>The tokens whose weight is not zero, unordered, with their weights.</summary>
    public void Candidates(ReadOnlySpan<float> weights, out Span<float> kept, out Span<int> tokens)
    {
        if (_weights.Length < weights.Length)
        {
            _weights = new float[weights.Length];
            _tokens = new int[weights.Length];
        }

        var count = 0;
        for (var token = 0; token < weights.Length; token++)
        {
            if (weights[token] > 0)
            {
                _weights[count] = weights[token];
                _tokens[count++] = token;
            }
        }

        kept = _weights.AsSpan(0, count);
        tokens = _tokens.AsSpan(0, count);
    }
}
