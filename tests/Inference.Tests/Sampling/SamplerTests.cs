using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Tests.Sampling;

public sealed class SamplerTests
{
    /// <summary>Upper 0.1 % points of the chi-square distribution; a right sampler with a fixed seed stays below them (NIST tables).</summary>
    private static readonly double[] ChiSquareLimit = [0, 10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32, 26.12];

    private const int Draws = 100_000;

    // Natural logarithms of unnormalised weights 1, 2, 4, 8, 16, 32.
    private static readonly float[] Logits = [.. Enumerable.Range(0, 6).Select(i => MathF.Log(1 << i) - 3)];

    [Theory]
    [InlineData(1)]
    [InlineData(20261122)]
    [InlineData(-5)]
    public void Choose_Temperature1_FollowsTheSoftmax(long seed) =>
        AssertDistribution(new SamplingOptions { Temperature = 1, Seed = seed }, [1, 2, 4, 8, 16, 32]);

    [Theory]
    [InlineData(0.5f)]
    [InlineData(2f)]
    public void Choose_OtherTemperature_RaisesWeightsToItsInverse(float temperature) =>
        AssertDistribution(
            new SamplingOptions { Temperature = temperature, Seed = 7 },
            [.. Enumerable.Range(0, 6).Select(i => Math.Pow(1 << i, 1 / temperature))]);

    [Fact]
    public void Choose_TopK_KeepsTheKBest() =>
        AssertDistribution(new SamplingOptions { Temperature = 1, TopK = 3, Seed = 7 }, [0, 0, 0, 8, 16, 32]);

    [Fact]
    public void Choose_TopP_KeepsTheSmallestSetThatReachesIt() =>
        // 32/63 = .508, with 16 .762, with 8 .889: .8 needs three.
        AssertDistribution(new SamplingOptions { Temperature = 1, TopP = 0.8f, Seed = 7 }, [0, 0, 0, 8, 16, 32]);

    [Fact]
    public void Choose_TopKThenTopP_TopPCountsWithinTheKept() =>
        // Of the best two, 32/48 = .667 alone reaches .6.
        AssertDistribution(new SamplingOptions { Temperature = 1, TopK = 2, TopP = 0.6f, Seed = 7 }, [0, 0, 0, 0, 0, 1]);

    [Fact]
    public void Choose_MinP_DropsBelowTheFractionOfTheBest() =>
        // A fifth of 32 is 6.4.
        AssertDistribution(new SamplingOptions { Temperature = 1, MinP = 0.2f, Seed = 7 }, [0, 0, 0, 8, 16, 32]);

    [Fact]
    public void Choose_PresencePenalty_SubtractsOnceFromAnswerTokens()
    {
        var sampler = new Sampler(new SamplingOptions { PresencePenalty = 1 }, prompt: [5]);

        // Gaps between neighbours are ln 2 = .69: a penalty of 1 puts each used token behind the next, and only once.
        Assert.Equal([5, 4, 5, 5, 5], Greedy(sampler, 5));
    }

    [Fact]
    public void Choose_FrequencyPenalty_SubtractsForEachUse()
    {
        var sampler = new Sampler(new SamplingOptions { FrequencyPenalty = 1 }, prompt: []);

        Assert.Equal([5, 4, 5, 3, 4, 5], Greedy(sampler, 6));
    }

    [Fact]
    public void Choose_RepetitionPenalty_CountsThePromptAndScalesBySign()
    {
        var sampler = new Sampler(new SamplingOptions { RepetitionPenalty = 2 }, prompt: [5]);
        float[] logits = [-1f, -1.5f, 0.4f, 0.5f, 0.6f, 0.9f];

        // 5 was in the prompt: .9/2 = .45 < .6. Then 4: .3, so 3 follows; negative ones would be doubled, not halved.
        Assert.Equal([4, 3, 5], Enumerable.Range(0, 3).Select(_ => Choose(sampler, logits).Token));
    }

    [Fact]
    public void Choose_SameSeed_SameTokens()
    {
        var options = new SamplingOptions { Temperature = 1.3f, TopP = 0.9f, Seed = 42 };

        var first = Many(new Sampler(options, []), 500);
        var second = Many(new Sampler(options, []), 500);
        var other = Many(new Sampler(options with { Seed = 43 }, []), 500);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Choose_GreedyOnTies_LowestId() =>
        Assert.Equal(1, Choose(new Sampler(SamplingOptions.Greedy, []), [0, 3, 3, 1, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]).Token);

    [Fact]
    public void Choose_AnyOptions_ReportsTheModelsOwnLogProbability()
    {
        var choice = Choose(new Sampler(new SamplingOptions { Temperature = 0.3f, TopK = 1, PresencePenalty = 2 }, []), Logits);

        Assert.Equal(Math.Log(32 / 63.0), choice.LogProbability, 5);
        Assert.Equal(Math.Log(2), choice.Margin, 5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(31)]
    [InlineData(1000)]
    public void Of_RandomRows_AgreesWithASortAndASum(int length)
    {
        var random = new Random(length);
        for (var round = 0; round < 200; round++)
        {
            var row = Enumerable.Range(0, length).Select(_ => random.Next(50) - 25f).ToArray();
            var sorted = row.OrderDescending().ToArray();

            var facts = LogitRow.Of(row);

            Assert.Equal(Array.IndexOf(row, sorted[0]), facts.Best);
            Assert.Equal(sorted[0], facts.Largest);
            Assert.Equal(length > 1 ? sorted[1] : float.NegativeInfinity, facts.Second);
            Assert.Equal(Math.Log(row.Sum(logit => Math.Exp(logit))), facts.LogSumExp, 1e-4);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Of_RowWithSomethingThatIsNoNumber_IsNotFinite(float value)
    {
        for (var at = 0; at < 40; at++)
        {
            var row = new float[40];
            row[at] = value;

            Assert.False(float.IsFinite(LogitRow.Of(row).LogSumExp));
        }
    }

    [Fact]
    public void Top_RandomRow_BestFirstWithLowestIdOnTies()
    {
        var random = new Random(3);
        var row = Enumerable.Range(0, 500).Select(_ => (float)random.Next(40)).ToArray();
        var expected = row.Select((logit, token) => (logit, token)).OrderByDescending(pair => pair.logit).ThenBy(pair => pair.token).Take(20);

        var top = LogitRow.Top(row, 20, logSumExp: 40);

        Assert.Equal(expected.Select(pair => new TokenCandidate(pair.token, pair.logit - 40)), top);
    }

    [Theory]
    [InlineData(nameof(SamplingOptions.Temperature), -0.1f)]
    [InlineData(nameof(SamplingOptions.Temperature), float.NaN)]
    [InlineData(nameof(SamplingOptions.TopP), 0f)]
    [InlineData(nameof(SamplingOptions.TopP), 1.1f)]
    [InlineData(nameof(SamplingOptions.MinP), -1f)]
    [InlineData(nameof(SamplingOptions.RepetitionPenalty), 0f)]
    [InlineData(nameof(SamplingOptions.PresencePenalty), 2.1f)]
    [InlineData(nameof(SamplingOptions.FrequencyPenalty), float.PositiveInfinity)]
    public void Validate_OutOfRange_NamesTheOption(string option, float value)
    {
        var options = option switch
        {
            nameof(SamplingOptions.Temperature) => new SamplingOptions { Temperature = value },
            nameof(SamplingOptions.TopP) => new SamplingOptions { TopP = value },
            nameof(SamplingOptions.MinP) => new SamplingOptions { MinP = value },
            nameof(SamplingOptions.RepetitionPenalty) => new SamplingOptions { RepetitionPenalty = value },
            nameof(SamplingOptions.PresencePenalty) => new SamplingOptions { PresencePenalty = value },
            _ => new SamplingOptions { FrequencyPenalty = value },
        };

        Assert.Equal(option, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName);
    }

    private static void AssertDistribution(SamplingOptions options, double[] weights)
    {
        var sampler = new Sampler(options, []);
        var counts = new int[weights.Length];
        foreach (var token in Many(sampler, Draws))
        {
            counts[token]++;
        }

        var sum = weights.Sum();
        double chiSquare = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var expected = Draws * weights[i] / sum;
            if (expected == 0)
            {
                Assert.Equal(0, counts[i]);
                continue;
            }

            chiSquare += Math.Pow(counts[i] - expected, 2) / expected;
        }

        Assert.InRange(chiSquare, 0, ChiSquareLimit[weights.Count(weight => weight > 0) - 1]);
    }

    private static int[] Many(Sampler sampler, int count)
    {
        var scratch = new SamplingScratch(Logits.Length);
        var row = LogitRow.Of(Logits);
        return [.. Enumerable.Range(0, count).Select(_ => sampler.Choose(Logits, row, scratch)!.Value.Token)];
    }

    private static IEnumerable<int> Greedy(Sampler sampler, int count) =>
        Enumerable.Range(0, count).Select(_ => Choose(sampler, Logits).Token);

    private static TokenChoice Choose(Sampler sampler, float[] logits)
    {
        var scratch = new SamplingScratch(logits.Length);
        return sampler.Choose(logits, LogitRow.Of(logits), scratch)!.Value;
    }
}
