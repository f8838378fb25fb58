namespace Hybrid.Api.Bench;

/// <summary>What the API costs.</summary>
/// <param name="DirectFirstMs">Median milliseconds to the first text, called in process.</param>
/// <param name="ServedFirstMs">The same over the API.</param>
/// <param name="AddedFirstMs">The median of the differences of neighbouring calls, in milliseconds.</param>
/// <param name="DirectTokensPerSecond">Median tokens a second, called in process.</param>
/// <param name="ServedTokensPerSecond">The same over the API.</param>
/// <param name="LostShare">The median of the shares of tokens a second that neighbouring calls lose.</param>
internal sealed record Overhead(
    double DirectFirstMs, double ServedFirstMs, double AddedFirstMs, double DirectTokensPerSecond, double ServedTokensPerSecond, double LostShare)
{
    /// <summary>The most milliseconds the API may add to the first token.</summary>
    public const double MaxAddedFirstMs = 2;

    /// <summary>The largest share of tokens a second it may cost.</summary>
    public const double MaxLostShare = 0.03;

    public bool IsKept => AddedFirstMs <= MaxAddedFirstMs && LostShare <= MaxLostShare;

    /// <param name="starts">Calls whose beginnings are compared.</param>
    /// <param name="answers">Calls whose speeds are compared.</param>
    public static Overhead Of(IReadOnlyList<(Call Direct, Call Served)> starts, IReadOnlyList<(Call Direct, Call Served)> answers) => new(
        Median(starts.Select(round => round.Direct.FirstMs)),
        Median(starts.Select(round => round.Served.FirstMs)),
        Median(starts.Select(round => round.Served.FirstMs - round.Direct.FirstMs)),
        Median(answers.Select(round => round.Direct.TokensPerSecond)),
        Median(answers.Select(round => round.Served.TokensPerSecond)),
        Median(answers.Select(round => 1 - (round.Served.TokensPerSecond / round.Direct.TokensPerSecond))));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
