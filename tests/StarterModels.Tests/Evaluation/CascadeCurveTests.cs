using Hybrid.StarterModels.Evaluation;

namespace Hybrid.StarterModels.Tests.Evaluation;

public sealed class CascadeCurveTests
{
    private static readonly IReadOnlyList<Verdict> Four =
    [
        Verdicts.Of(-0.1, small: true, large: true),
        Verdicts.Of(-0.2, small: true, large: false),
        Verdicts.Of(-0.8, small: false, large: true),
        Verdicts.Of(-0.9, small: false, large: true),
    ];

    [Fact]
    public void Curve_CountedByHand_Agrees()
    {
        var curve = CascadeCurve.Of(Four);

        Assert.Equal([0, 0.25, 0.5, 0.75, 1], curve.Points.Select(point => point.Escalated));
        Assert.Equal([0.5, 0.75, 1, 0.75, 0.75], curve.Points.Select(point => point.Accuracy));
        Assert.Equal(0.5, curve.SmallAccuracy);
        Assert.Equal(0.75, curve.LargeAccuracy);
    }

    [Fact]
    public void Keeping_98Percent_IsTheCheapestPoint()
    {
        var kept = CascadeCurve.Of(Four).Keeping(0.98);

        Assert.Equal(0.25, kept.Escalated);
        Assert.True(kept.Threshold > -0.9 && kept.Threshold < -0.8);
    }

    [Fact]
    public void Curve_EqualConfidences_MoveTogether()
    {
        var curve = CascadeCurve.Of([Verdicts.Of(-0.5, small: true, large: true), Verdicts.Of(-0.5, small: false, large: true)]);

        Assert.Equal([0, 1], curve.Points.Select(point => point.Escalated));
    }

    [Fact]
    public void AccuracyAt_BetweenPoints_TakesTheCheaperOne() =>
        Assert.Equal(0.75, CascadeCurve.Of(Four).AccuracyAt(0.4));
}
