namespace Hybrid.LocalStack.Demo;

/// <summary>The line that <c>demo --json</c> prints.</summary>
/// <param name="Prompts">How many were sent.</param>
/// <param name="Local">Answered by the device.</param>
/// <param name="Cloud">Answered by the large model.</param>
/// <param name="Failed">Ended without an answer.</param>
/// <param name="Lost">Without any outcome; must be 0.</param>
/// <param name="Correct">Answers that say what was expected.</param>
/// <param name="LargeCorrect">The same of the large model asked everything; null without a baseline.</param>
/// <param name="LocalP50Ms">Median milliseconds from acceptance to a local answer; 0 if there was none.</param>
/// <param name="CloudP50Ms">The same of the cloud's answers.</param>
/// <param name="ElapsedS">Seconds from the first prompt to the last outcome, without the baseline.</param>
internal sealed record DemoSummary(
    int Prompts,
    int Local,
    int Cloud,
    int Failed,
    int Lost,
    int Correct,
    int? LargeCorrect,
    double LocalP50Ms,
    double CloudP50Ms,
    double ElapsedS)
{
    public static DemoSummary Of(IReadOnlyList<DemoOutcome> outcomes, IReadOnlyList<DemoOutcome>? baseline, TimeSpan elapsed) => new(
        outcomes.Count,
        outcomes.Count(outcome => IsOn(outcome, "local")),
        outcomes.Count(outcome => IsOn(outcome, "cloud")),
        outcomes.Count(outcome => outcome.State is not null && !outcome.IsAnswered),
        outcomes.Count(outcome => outcome.State is null),
        outcomes.Count(outcome => outcome.IsRight),
        baseline?.Count(outcome => outcome.IsRight),
        Percentile(outcomes, "local", 0.5),
        Percentile(outcomes, "cloud", 0.5),
        Math.Round(elapsed.TotalSeconds, 1));

    /// <summary>The nearest-rank percentile of a route's milliseconds.</summary>
    public static double Percentile(IEnumerable<DemoOutcome> outcomes, string route, double share)
    {
        var sorted = outcomes.Where(outcome => IsOn(outcome, route)).Select(outcome => outcome.Milliseconds).Order().ToList();
        return sorted.Count == 0 ? 0 : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)], 1);
    }

    private static bool IsOn(DemoOutcome outcome, string route) => outcome.IsAnswered && outcome.Route == route;
}
