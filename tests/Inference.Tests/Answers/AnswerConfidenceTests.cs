using Hybrid.Inference.Answers;

namespace Hybrid.Inference.Tests.Answers;

public sealed class AnswerConfidenceTests
{
    [Fact]
    public void From_KnownFigures_MatchesHandCalculation()
    {
        var confidence = AnswerConfidence.From([-1f, -4f, -2f, -3f, 0f], [1f, 2f, 0.5f, 4f, 2.5f])!;

        Assert.Equal(5, confidence.Tokens);
        Assert.Equal(-2, confidence.Mean, 6);
        Assert.Equal(-4, confidence.Min, 6);
        Assert.Equal(-3.6, confidence.Quantile10, 6);
        Assert.Equal(-3, confidence.Quantile25, 6);
        Assert.Equal(-2, confidence.Median, 6);
        Assert.Equal(-1, confidence.First, 6);
        Assert.Equal(2, confidence.MeanMargin, 6);
        Assert.Equal(0.5, confidence.MinMargin, 6);
    }

    [Fact]
    public void From_NoTokens_IsUnknown() => Assert.Null(AnswerConfidence.From([], []));
}
