namespace Hybrid.ModelWriter;

/// <summary>
/// LongRoPE: two sets of rotary frequencies, of which the graph picks the long one when the attention mask is longer than
/// <see cref="OriginalContextLength"/>.
/// </summary>
public sealed record LongRope
{
    /// <value>The context length the model was first trained with, in tokens; the short factors serve up to and including it.</value>
    public required int OriginalContextLength { get; init; }

    /// <value>Divisors of the frequencies up to the original length, one per rotated pair.</value>
    public required IReadOnlyList<float> ShortFactors { get; init; }

    /// <value>Divisors of the frequencies beyond the original length, one per rotated pair.</value>
    public required IReadOnlyList<float> LongFactors { get; init; }

    /// <value>
    /// The multiplier of the short cosines and sines; null (the default) for
    /// sqrt(1 + ln(context / original) / ln(original)), which Phi models use.
    /// </value>
    public double? ShortAttentionFactor { get; init; }

    /// <value>The multiplier of the long cosines and sines; null as for <see cref="ShortAttentionFactor"/>.</value>
    public double? LongAttentionFactor { get; init; }

    /// <summary>Computes the multiplier that applies where none is given.</summary>
    /// <param name="contextLength">The model's full context length, in tokens.</param>
    /// <returns>The multiplier, at least 1.</returns>
    public double DefaultAttentionFactor(int contextLength) => contextLength <= OriginalContextLength
        ? 1.0
        : Math.Sqrt(1.0 + (Math.Log((double)contextLength / OriginalContextLength) / Math.Log(OriginalContextLength)));
}
