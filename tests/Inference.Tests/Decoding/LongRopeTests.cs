using Hybrid.Inference.Tests.Models;
using Hybrid.ModelWriter;

namespace Hybrid.Inference.Tests.Decoding;

/// <summary>Graphs that change their rotary factors beyond an original length, as Phi-3.5 and Phi-4-mini do.</summary>
public sealed class LongRopeTests(TestModels models)
{
    private const int Original = 96;

    private static readonly ModelShape Shape = TestModels.Tiny with
    {
        LongRope = new LongRope
        {
            OriginalContextLength = Original,
            ShortFactors = [.. Enumerable.Range(0, 8).Select(i => 1 + (0.05f * i))],
            LongFactors = [.. Enumerable.Range(0, 8).Select(i => 2 + (1.5f * i))],
        },
    };

    private string Folder => models.Folder("longrope", Shape);

    [Fact]
    public void Logits_BelowAndAboveTheOriginalLength_DifferFromOneSetOfFactors()
    {
        // Guards the tests below: with equal factors they would show nothing.
        var onlyShort = models.Folder("longrope-off", Shape with { LongRope = Shape.LongRope! with { LongFactors = Shape.LongRope!.ShortFactors } });
        using var both = new Oracle(Folder);
        using var one = new Oracle(onlyShort);
        var tokens = Enumerable.Range(0, Original + 1).Select(i => i * 7 % 300).ToArray();

        Assert.Equal(one.Logits(tokens.AsSpan(0, Original - 20)), both.Logits(tokens.AsSpan(0, Original - 20)), (x, y) => Math.Abs(x - y) < 0.1);
        Assert.NotEqual(one.Logits(tokens), both.Logits(tokens), (x, y) => Math.Abs(x - y) < 0.5);
    }

    [Fact]
    public async Task Generate_AcrossTheOriginalLength_EqualsFullPrefill()
    {
        using var host = new EngineHost(Folder);
        using var oracle = new Oracle(Folder);
        Assert.Equal(Original, host.Graph.LongRopeFrom);

        var tokens = await host.GenerateAsync(host.Prompt(1, Original - 20), 50);

        oracle.AssertGreedy(tokens, Original - 20);
    }

    [Fact]
    public async Task Generate_LongPromptInPieces_EqualsFullPrefill()
    {
        using var host = new EngineHost(Folder, options => options with { PrefillChunkTokens = 32 });
        using var oracle = new Oracle(Folder);

        var tokens = await host.GenerateAsync(host.Prompt(2, Original + 57), 20);

        oracle.AssertGreedy(tokens, Original + 57);
    }

    [Fact]
    public async Task Generate_ShortAndLongTogether_EachEqualsFullPrefill()
    {
        using var host = new EngineHost(Folder);
        using var oracle = new Oracle(Folder);
        int[] lengths = [10, Original + 30, 20, Original - 15, Original + 3];

        var answers = await Task.WhenAll(lengths.Select((length, i) => host.GenerateAsync(host.Prompt(i, length), 40)));

        Assert.All(answers, (answer, i) => oracle.AssertGreedy(answer, lengths[i]));
    }

    [Fact]
    public async Task Generate_PrefixComputedWithOtherFactors_IsNotReused()
    {
        using var host = new EngineHost(Folder);
        using var oracle = new Oracle(Folder);
        var prompt = host.Prompt(3, Original + 20);
        await host.GenerateAsync(prompt[..50], 5);

        var collector = host.Submit(prompt, 10);
        var end = await collector.End;

        Assert.Equal(0, end.ReusedTokens);
        oracle.AssertGreedy([.. prompt, .. collector.Tokens], prompt.Length);
    }
}
