namespace Hybrid.ModelWriter.Tests;

public sealed class RandomWeightsTests
{
    [Fact]
    public void Fill_SameSeedAndName_GivesSameValuesWhateverTheLength()
    {
        var whole = Fill(1, "a.weight", 101);
        var part = Fill(1, "a.weight", 7);

        // The tail behind the last full vector must not differ from the vectors.
        Assert.Equal(whole[..7], part);
        Assert.NotEqual(whole, Fill(2, "a.weight", 101));
        Assert.NotEqual(whole, Fill(1, "b.weight", 101));
    }

    [Fact]
    public void Fill_Matrix_HasUnitGain()
    {
        var values = new float[256 * 256];
        new RandomWeights(5).Fill("a.weight", [256, 256], values);

        Assert.InRange(values.Average(), -1e-3, 1e-3);
        Assert.InRange(values.Average(value => value * value) * 256, 0.98, 1.02);
    }

    [Fact]
    public void Fill_KnownSeed_GivesTheValuesItAlwaysGave() =>
        Assert.Equal([0.999457717f, 1.11764145f, 0.880160511f], Fill(1, "a.weight", 3));

    [Theory]
    [InlineData(false, WeightFormat.Float32)]
    [InlineData(true, WeightFormat.Float32)]
    [InlineData(false, WeightFormat.Int4)]
    [InlineData(true, WeightFormat.Int4)]
    public void Weights_GreedyDecoding_Wanders(bool tied, WeightFormat format)
    {
        var shape = ModelShape.Tiny with { TiedEmbeddings = tied, Weights = format };
        for (var seed = 0; seed < 4; seed++)
        {
            using var folder = new TemporaryFolder();
            ModelFolderWriter.Write(folder.Path, shape, new RandomWeights(seed), SideFiles.TinyByteLevel());
            using var session = new DecoderSession(folder.Path, shape);

            var next = session.Run(1, 2, 3)[^1];
            List<int> tokens = [];
            List<float> leads = [];
            for (var i = 0; i < 48; i++)
            {
                var best = next.OrderDescending().Take(2).ToArray();
                leads.Add(best[0] - best[1]);
                tokens.Add(Array.IndexOf(next, best[0]));
                next = session.Run(tokens[^1])[^1];
            }

            Assert.True(tokens.Distinct().Count() >= 8, $"Seed {seed}: {string.Join(' ', tokens)}");
            Assert.True(leads.Order().ElementAt(leads.Count / 2) > 0.2, $"Seed {seed}: the best token leads by {leads.Average()} only.");
        }
    }

    private static float[] Fill(int seed, string name, int count)
    {
        var values = new float[count];
        new RandomWeights(seed).Fill(name, [count], values);
        return values;
    }
}
