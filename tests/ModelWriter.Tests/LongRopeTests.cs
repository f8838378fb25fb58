namespace Hybrid.ModelWriter.Tests;

/// <summary>Which rotary tables a LongRoPE graph picks, and how a decode loop makes it pick.</summary>
public sealed class LongRopeTests
{
    private const int Original = 16;
    private const double Tolerance = 1e-3;

    private static readonly RandomWeights Weights = new(11);

    private static readonly ModelShape Shape = ModelShape.Tiny with
    {
        ContextLength = 64,
        LongRope = new()
        {
            OriginalContextLength = Original,
            ShortFactors = [1f, 1.05f, 1.1f, 1.15f, 1.2f, 1.3f, 1.4f, 1.5f],
            LongFactors = [1.5f, 2f, 2.5f, 3f, 4f, 5f, 6f, 8f],
        },
    };

    public static TheoryData<bool, bool> Variants => new() { { false, false }, { true, false }, { false, true }, { true, true } };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Prefill_UpToOriginalLength_UsesShortFactors(bool positionIds, bool attentionFactors)
    {
        var shape = ShapeOf(positionIds, attentionFactors);
        using var folder = Write(shape);
        using var session = new DecoderSession(folder.Path, shape);
        var tokens = Tokens(Original);

        var logits = session.Run(tokens[..^1]);
        var decoded = session.Run(tokens[^1]);

        var expected = new ReferenceModel(shape, Weights).Run(tokens);
        Logits.AssertClose(expected[..^1], logits, Tolerance);
        Logits.AssertClose(expected[^1..], decoded, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Prefill_BeyondOriginalLength_UsesLongFactors(bool positionIds, bool attentionFactors)
    {
        var shape = ShapeOf(positionIds, attentionFactors);
        using var folder = Write(shape);
        using var session = new DecoderSession(folder.Path, shape);
        var tokens = Tokens(Original + 2);

        var logits = session.Run(tokens[..^1]);
        var decoded = session.Run(tokens[^1]);

        var expected = new ReferenceModel(shape, Weights).Run(tokens, isLong: true);
        Logits.AssertClose(expected[..^1], logits, Tolerance);
        Logits.AssertClose(expected[^1..], decoded, Tolerance);
    }

    [Fact]
    public void Prefill_FirstChunkWithPaddedMask_UsesLongFactors()
    {
        const int Capacity = 40;
        using var folder = Write(Shape);
        using var session = new SharedCacheSession(folder.Path, Shape, Capacity);
        var tokens = Tokens(24);

        // Every call pads its mask beyond the original length, so each chunk, the first included, is rotated by the long tables.
        float[][] logits =
        [
            .. session.Run(past: 0, maskLength: 24, tokens[..8]),
            .. session.Run(past: 8, maskLength: Original + 1, tokens[8..14]),
            .. session.Run(past: 14, maskLength: Capacity, tokens[14]),
            .. session.Run(past: 15, maskLength: 23, tokens[15..23]),
            .. session.Run(past: 23, maskLength: 24, tokens[23]),
        ];

        Logits.AssertClose(new ReferenceModel(Shape, Weights).Run(tokens, isLong: true), logits, Tolerance);
    }

    [Fact]
    public void Prefill_FirstChunkWithExactMask_UsesShortFactors()
    {
        using var folder = Write(Shape);
        using var session = new SharedCacheSession(folder.Path, Shape, 40);
        var tokens = Tokens(8);

        var logits = session.Run(past: 0, maskLength: 8, tokens);

        var reference = new ReferenceModel(Shape, Weights);
        Logits.AssertClose(reference.Run(tokens), logits, Tolerance);
        Assert.True(Logits.Difference(reference.Run(tokens, isLong: true), logits) > 0.1);
    }

    private static ModelShape ShapeOf(bool positionIds, bool attentionFactors) => Shape with
    {
        AttentionInputsIncludePositionIds = positionIds,
        LongRope = attentionFactors
            ? Shape.LongRope! with { ShortAttentionFactor = 1.1, LongAttentionFactor = 1.25 }
            : Shape.LongRope,
    };

    private static TemporaryFolder Write(ModelShape shape)
    {
        var folder = new TemporaryFolder();
        ModelFolderWriter.Write(folder.Path, shape, Weights, SideFiles.TinyByteLevel());
        return folder;
    }

    private static int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => (i * 37 + 5) % 320)];
}
