namespace Hybrid.Inference.Answers;

/// <summary>How sure the model was of an answer, from the log-probabilities of its tokens (natural logarithms, all ≤ 0).</summary>
/// <remarks>
/// Taken before penalties, temperature and filters, so the figures compare across sampling settings. An end token counts: stopping here
/// was the model's decision too.
/// </remarks>
/// <param name="Tokens">How many tokens the figures come from.</param>
/// <param name="Mean">Mean log-probability.</param>
/// <param name="Min">The least sure token's.</param>
/// <param name="Quantile10">Below this lie a tenth of the tokens.</param>
/// <param name="Quantile25">Below this lies a quarter.</param>
/// <param name="Median">Below this lies half.</param>
/// <param name="First">The first token's.</param>
/// <param name="MeanMargin">Mean distance from the model's first to its second choice; ≥ 0.</param>
/// <param name="MinMargin">The narrowest such distance; ≥ 0.</param>
public sealed record AnswerConfidence(
    int Tokens,
    double Mean,
    double Min,
    double Quantile10,
    double Quantile25,
    double Median,
    double First,
    double MeanMargin,
    double MinMargin)
{
    /// <summary>The figures of an answer.</summary>
    /// <param name="logProbabilities">One for each token, in order.</param>
    /// <param name="margins">One for each token, in order.</param>
    /// <returns>The figures, or null for an answer without tokens.</returns>
    public static AnswerConfidence? From(ReadOnlySpan<float> logProbabilities, ReadOnlySpan<float> margins)
    {
        if (logProbabilities.IsEmpty)
        {
            return null;
        }

        var sorted = logProbabilities.ToArray();
        Array.Sort(sorted);
        return new AnswerConfidence(
            sorted.Length,
            Average(logProbabilities),
            sorted[0],
            Quantile(sorted, 0.10),
            Quantile(sorted, 0.25),
            Quantile(sorted, 0.50),
            logProbabilities[0],
            Average(margins),
            System.Numerics.Tensors.TensorPrimitives.Min(margins));
    }

    private static double Average(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    /// <summary>Linear interpolation between order statistics (type 7 of Hyndman and Fan, the default of R and NumPy).</summary>
    private static double Quantile(float[] sorted, double share)
    {
        var place = (sorted.Length - 1) * share;
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
