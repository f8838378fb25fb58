namespace Hybrid.ModelWriter.Tests;

/// <summary>Every variant of graph, run by ONNX Runtime and compared with the plain reference.</summary>
public sealed class GraphTests
{
    private static readonly RandomWeights Weights = new(7);
    private static readonly SideFiles Sides = SideFiles.TinyByteLevel();
    private static readonly int[] Prompt = [5, 300, 17, 42, 42, 99, 250, 3, 128, 64, 7, 311];

    private static readonly Dictionary<string, (ModelShape Shape, double Tolerance)> Variants = new()
    {
        ["fp32"] = (ModelShape.Tiny, 1e-3),
        ["tied"] = (ModelShape.Tiny with { TiedEmbeddings = true }, 1e-3),
        ["separate qkv"] = (ModelShape.Tiny with { PackedQkv = false }, 1e-3),
        ["separate gate and up"] = (ModelShape.Tiny with { PackedGateUp = false }, 1e-3),
        ["int4, exact"] = (ModelShape.Tiny with { Weights = WeightFormat.Int4, Int4AccuracyLevel = 0 }, 1e-3),
        ["int4, activations in 8 bits"] = (ModelShape.Tiny with { Weights = WeightFormat.Int4 }, 1),
        ["int4, block 64"] = (ModelShape.Tiny with { Weights = WeightFormat.Int4, Int4BlockSize = 64, Int4AccuracyLevel = 0 }, 1e-3),
        ["int4, block 16, separate"] = (
            ModelShape.Tiny with
            {
                Weights = WeightFormat.Int4,
                Int4BlockSize = 16,
                Int4AccuracyLevel = 0,
                PackedQkv = false,
                PackedGateUp = false,
            },
            1e-3),
        ["int4, tied"] = (ModelShape.Tiny with { Weights = WeightFormat.Int4, Int4AccuracyLevel = 0, TiedEmbeddings = true }, 1e-3),
        ["position ids"] = (ModelShape.Tiny with { AttentionInputsIncludePositionIds = true }, 1e-3),
        ["position ids, separate qkv"] = (ModelShape.Tiny with { AttentionInputsIncludePositionIds = true, PackedQkv = false }, 1e-3),
        ["sliding window"] = (ModelShape.Tiny with { SlidingWindow = 5 }, 1e-3),
        ["qk norm"] = (ModelShape.Tiny with { QkNorm = true }, 1e-3),
        ["qk norm, separate qkv"] = (ModelShape.Tiny with { QkNorm = true, PackedQkv = false }, 1e-3),
        ["qkv bias"] = (ModelShape.Tiny with { QkvBias = true }, 1e-3),
        ["qkv bias, separate qkv"] = (ModelShape.Tiny with { QkvBias = true, PackedQkv = false }, 1e-3),
        ["partial rotary"] = (ModelShape.Tiny with { HeadSize = 64, PartialRotaryFactor = 0.75 }, 1e-3),
        ["partial rotary, position ids"] = (
            ModelShape.Tiny with { HeadSize = 64, PartialRotaryFactor = 0.75, AttentionInputsIncludePositionIds = true }, 1e-3),
        ["narrow heads, position ids"] = (ModelShape.Tiny with { HeadSize = 24, AttentionInputsIncludePositionIds = true }, 1e-3),
        ["narrow partial rotary, position ids"] = (
            ModelShape.Tiny with { HeadSize = 24, PartialRotaryFactor = 0.75, AttentionInputsIncludePositionIds = true }, 1e-3),
        ["one key head"] = (ModelShape.Tiny with { KeyValueHeads = 1 }, 1e-3),
        ["pruned logits"] = (ModelShape.Tiny with { PrunedLogits = true }, 1e-3),
        ["fp16 cache"] = (ModelShape.Tiny with { KeyValueType = ElementType.Float16 }, 0.05),
        ["fp16 cache, position ids"] = (
            ModelShape.Tiny with { KeyValueType = ElementType.Float16, AttentionInputsIncludePositionIds = true }, 0.05),
        ["fp16 logits"] = (ModelShape.Tiny with { LogitsType = ElementType.Float16 }, 0.02),
        ["other names"] = (
            ModelShape.Tiny with
            {
                AttentionInputsIncludePositionIds = true,
                IoNames = new()
                {
                    InputIds = "tokens",
                    AttentionMask = "mask",
                    PositionIds = "positions",
                    Logits = "scores",
                    PastKey = "past.%d.k",
                    PastValue = "past.%d.v",
                    PresentKey = "now.%d.k",
                    PresentValue = "now.%d.v",
                },
            },
            1e-3),
    };

    public static TheoryData<string> Names => [.. Variants.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Graph_EachVariant_MatchesReference(string name)
    {
        var (shape, tolerance) = Variants[name];
        using var folder = Write(shape);
        using var session = new DecoderSession(folder.Path, shape);

        var whole = session.Run(Prompt);
        session.Reset();
        session.Run(Prompt[..^2]);
        float[][] decoded = [.. session.Run(Prompt[^2]), .. session.Run(Prompt[^1])];

        var expected = new ReferenceModel(shape, Weights).Run(Prompt);
        Logits.AssertClose(shape.PrunedLogits ? expected[^1..] : expected, whole, tolerance);
        Logits.AssertClose(expected[^2..], decoded, tolerance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Graph_EachVariantInChunksThroughSharedCache_MatchesReference(string name)
    {
        var (shape, tolerance) = Variants[name];
        using var folder = Write(shape);
        using var session = new SharedCacheSession(folder.Path, shape, capacity: 20);

        float[][] logits =
        [
            .. session.Run(past: 0, maskLength: 6, Prompt[..6]),
            .. session.Run(past: 6, maskLength: 10, Prompt[6..10]),
            .. session.Run(past: 10, maskLength: 11, Prompt[10]),
            .. session.Run(past: 11, maskLength: 20, Prompt[11]),
        ];

        var expected = new ReferenceModel(shape, Weights).Run(Prompt);
        Logits.AssertClose(shape.PrunedLogits ? [expected[5], expected[9], expected[10], expected[11]] : expected, logits, tolerance);
    }

    private static TemporaryFolder Write(ModelShape shape)
    {
        var folder = new TemporaryFolder();
        ModelFolderWriter.Write(folder.Path, shape, Weights, Sides);
        return folder;
    }
}
