namespace Hybrid.StarterModels.Evaluation;

/// <summary>Accuracy of the pair against the share of prompts escalated, as the threshold rises from "never" to "always".</summary>
internal sealed class CascadeCurve
{
    private CascadeCurve(IReadOnlyList<CascadePoint> points)
    {
        Points = points;
    }

    /// <summary>From nothing escalated to everything escalated.</summary>
    public IReadOnlyList<CascadePoint> Points { get; }

    public double SmallAccuracy => Points[0].Accuracy;

    public double LargeAccuracy => Points[^1].Accuracy;

    public static CascadeCurve Of(IReadOnlyCollection<Verdict> verdicts)
    {
        double n = verdicts.Count;
        var right = verdicts.Count(verdict => verdict.Small.Right);
        var escalated = 0;
        var points = new List<CascadePoint> { new(double.NegativeInfinity, 0, right / n) };

        // Equal confidences cannot be parted by a threshold, so they go together.
        foreach (var tied in verdicts.GroupBy(verdict => verdict.Small.Confidence).OrderBy(group => group.Key))
        {
            escalated += tied.Count();
            right += tied.Sum(verdict => (verdict.Large.Right ? 1 : 0) - (verdict.Small.Right ? 1 : 0));
            points.Add(new CascadePoint(Math.BitIncrement(tied.Key), escalated / n, right / n));
        }

        return new CascadeCurve(points);
    }

    /// <summary>The first point that keeps a share of the large model's accuracy.</summary>
    public CascadePoint Keeping(double share) => Points.First(point => point.Accuracy >= share * LargeAccuracy);

    /// <summary>The accuracy at the last setting that escalates no more than a share of the prompts.</summary>
    public double AccuracyAt(double escalated) => Points.Last(point => point.Escalated <= escalated).Accuracy;
}
