using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>What <c>run</c> did.</summary>
/// <param name="Prompts">Lines in the file.</param>
/// <param name="ElapsedS">Seconds it took, this time.</param>
/// <param name="Routes">One row for each kind of outcome.</param>
internal sealed record RunSummary(int Prompts, double ElapsedS, IReadOnlyList<RunRoute> Routes)
{
    public static RunSummary Of(IReadOnlyList<RunOutcome> outcomes, TimeSpan elapsed) => new(
        outcomes.Count,
        elapsed.TotalSeconds,
        [.. outcomes
            .GroupBy(outcome => outcome.State == PromptState.Answered ? Lower(outcome.Route) : Lower(outcome.State))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new RunRoute(
                group.Key,
                group.Count(),
                Percentile([.. group.Select(outcome => outcome.TotalMs ?? 0).Order()], 0.50),
                Percentile([.. group.Select(outcome => outcome.TotalMs ?? 0).Order()], 0.95),
                group.Sum(outcome => outcome.Usage?.OutputTokens ?? 0),
                [.. group.Where(outcome => outcome.Cost is not null)
                    .GroupBy(outcome => outcome.Cost!.Currency)
                    .Select(costs => new Cost(costs.Sum(outcome => outcome.Cost!.Amount), costs.Key))]))]);

    /// <summary>The smallest value at least so large a share of all values does not exceed (nearest rank).</summary>
    private static double Percentile(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static string Lower<T>(T value) => value?.ToString()?.ToLowerInvariant() ?? "";
}
