using Hybrid.Inference.Tests.Models;
using Hybrid.ModelWriter;

namespace Hybrid.Inference.Tests.Decoding;

/// <summary>What the engine generates is what whole prefixes give, whatever the road to it.</summary>
public sealed class DecodeEngineTests(TestModels models)
{
    public static TheoryData<string> Variants => [.. Shapes.Keys];

    private static Dictionary<string, ModelShape> Shapes { get; } = new()
    {
        ["tiny"] = TestModels.Tiny,
        ["int4"] = TestModels.Tiny with { Weights = WeightFormat.Int4 },
        ["separate"] = TestModels.Tiny with { PackedQkv = false, PackedGateUp = false },
        ["positions"] = TestModels.Tiny with { AttentionInputsIncludePositionIds = true },
        ["half"] = TestModels.Tiny with { KeyValueType = ElementType.Float16 },
        ["half-logits"] = TestModels.Tiny with { LogitsType = ElementType.Float16 },
        ["window"] = TestModels.Tiny with { SlidingWindow = 24 },
        ["pruned"] = TestModels.Tiny with { PrunedLogits = true },
        ["qwen"] = TestModels.Tiny with { QkNorm = true, QkvBias = true, TiedEmbeddings = true },
        ["names"] = TestModels.Tiny with { IoNames = new IoNames { InputIds = "tokens", PastKey = "past.%d.k", PresentValue = "now.%d.v", Logits = "scores" } },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Generate_EveryGraphVariant_EqualsFullPrefill(string variant)
    {
        var folder = models.Folder(variant, Shapes[variant]);
        using var host = new EngineHost(folder);
        using var oracle = new Oracle(folder);

        // Longer than a piece, so the prompt is read in several.
        var tokens = await host.GenerateAsync(host.Prompt(1, 200), 40);
        var batch = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => host.GenerateAsync(host.Prompt(i + 2, 5 + (i * 9)), 20)));

        oracle.AssertGreedy(tokens, 200);
        Assert.All(batch, (answer, i) => oracle.AssertGreedy(answer, 5 + (i * 9)));
    }

    [Fact]
    public async Task Generate_200Steps_EqualsFullPrefill()
    {
        using var host = new EngineHost(models.TinyFolder);
        using var oracle = new Oracle(models.TinyFolder);

        var tokens = await host.GenerateAsync(host.Prompt(1, 7), 200);

        Assert.Equal(207, tokens.Length);
        Assert.True(tokens[7..].Distinct().Count() > 20, "The test model repeats itself, so this test shows little.");
        oracle.AssertGreedy(tokens, 7);
    }

    [Fact]
    public async Task Generate_RewindsToRandomPrefixes_EqualsFullPrefill()
    {
        using var host = new EngineHost(models.TinyFolder);
        using var oracle = new Oracle(models.TinyFolder);
        var random = new Random(5);
        var history = await host.GenerateAsync(host.Prompt(1, 20), 180);

        for (var round = 0; round < 12; round++)
        {
            var kept = random.Next(1, history.Length);
            int[] prompt = [.. history[..kept], .. host.Prompt(100 + round, random.Next(1, 12))];
            var collector = host.Submit(prompt, 12);
            var end = await collector.End;

            Assert.True(end.ReusedTokens >= Math.Min(kept, history.Length - 1), $"{end.ReusedTokens} of {kept} tokens were reused.");
            oracle.AssertGreedy([.. prompt, .. collector.Tokens], prompt.Length);
        }
    }

    [Fact]
    public async Task Generate_RaggedBatchWithJoinsAndLeaves_EachEqualsFullPrefill()
    {
        using var host = new EngineHost(models.TinyFolder, options => options with { PrefixPoolBytes = 0 });
        using var oracle = new Oracle(models.TinyFolder);
        var random = new Random(9);
        var runs = new List<(int[] Prompt, Collector Collector)>();
        var most = 0;

        // Every tenth token of the first sequence brings a newcomer, so that sequences join and leave at different steps.
        var joined = 0;
        var firstPrompt = host.Prompt(1, 3);
        runs.Add((firstPrompt, host.Submit(firstPrompt, 200, onEach: count =>
        {
            most = Math.Max(most, host.Engine.Status.Active);
            if (count % 10 == 0 && joined < 18)
            {
                var prompt = host.Prompt(50 + joined++, random.Next(1, 60));
                runs.Add((prompt, host.Submit(prompt, random.Next(1, 90))));
            }

            return true;
        })));
        await runs[0].Collector.End;
        foreach (var (_, collector) in runs.ToArray())
        {
            await collector.End;
        }

        Assert.Equal(19, runs.Count);
        Assert.True(most >= 5, $"At most {most} sequences ran together.");
        Assert.All(runs, run => oracle.AssertGreedy([.. run.Prompt, .. run.Collector.Tokens], run.Prompt.Length));
    }

    [Fact]
    public async Task Generate_EightTogether_SameTokensAsAlone()
    {
        using var host = new EngineHost(models.TinyFolder, options => options with { PrefixPoolBytes = 0 });
        using var oracle = new Oracle(models.TinyFolder);

        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.GenerateAsync(host.Prompt(i, 4 + (i * 7)), 60)));

        for (var i = 0; i < 8; i++)
        {
            var alone = await host.GenerateAsync(host.Prompt(i, 4 + (i * 7)), 60);
            var common = together[i].AsSpan().CommonPrefixLength(alone);
            if (common < alone.Length)
            {
                // Only a tie may tell them apart.
                var logits = oracle.Logits(alone.AsSpan(0, common));
                Assert.Equal(logits[alone[common]], logits[together[i][common]], 0.05f);
            }
        }
    }

    [Fact]
    public async Task Generate_SharedPrefixWhileTheOtherStillDecodes_IsReused()
    {
        using var host = new EngineHost(models.TinyFolder);
        using var oracle = new Oracle(models.TinyFolder);
        var shared = host.Prompt(1, 100);
        Collector? second = null;
        int[] prompt = [.. shared, 7, 8, 9];
        var first = host.Submit(shared, 60, onEach: count =>
        {
            second ??= host.Submit(prompt, 10);
            return true;
        });
        await first.End;

        var end = await second!.End;

        Assert.Equal(100, end.ReusedTokens);
        oracle.AssertGreedy([.. prompt, .. second.Tokens], prompt.Length);
        oracle.AssertGreedy([.. shared, .. first.Tokens], shared.Length);
    }

    [Fact]
    public async Task Generate_LogProbabilities_EqualTheSoftmaxOfFullPrefill()
    {
        using var host = new EngineHost(models.TinyFolder);
        using var oracle = new Oracle(models.TinyFolder);
        var prompt = host.Prompt(3, 15);
        var collector = host.Submit(prompt, 20, top: 5);
        await collector.End;

        int[] tokens = [.. prompt, .. collector.Tokens];
        for (var i = 0; i < 20; i++)
        {
            var logits = oracle.Logits(tokens.AsSpan(0, 15 + i));
            var sum = Math.Log(logits.Sum(logit => Math.Exp(logit - logits.Max()))) + logits.Max();
            Assert.Equal(logits[tokens[15 + i]] - sum, collector.Choices[i].LogProbability, 0.01);
            Assert.Equal(5, collector.Tops[i]!.Count);
            Assert.Equal(collector.Choices[i].LogProbability, collector.Tops[i]![0].LogProbability, 1e-4f);
        }
    }
}
