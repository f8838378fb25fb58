namespace Hybrid.ModelWriter.Tests;

public sealed class ShapeCheckTests
{
    private static readonly ModelShape Tiny = ModelShape.Tiny;
    private static readonly LongRope Rope = new() { OriginalContextLength = 64, ShortFactors = Ones(8), LongFactors = Ones(8) };

    private static readonly Dictionary<string, ModelShape> Bad = new()
    {
        ["HiddenSize is 0; it must be positive."] = Tiny with { HiddenSize = 0 },
        ["SlidingWindow is 0; it must be positive."] = Tiny with { SlidingWindow = 0 },
        ["Heads is 4; it must be a multiple of KeyValueHeads, 3."] = Tiny with { KeyValueHeads = 3 },
        ["HeadSize is 12; the attention node needs a multiple of 8."] = Tiny with { HeadSize = 12 },
        ["HeadSize is 24, of which 24 are rotated; the attention node rotates multiples of 16 only."] = Tiny with { HeadSize = 24 },
        ["HeadSize is 16, of which 8 are rotated; the attention node"] = Tiny with { PartialRotaryFactor = 0.5 },
        ["HeadSize × PartialRotaryFactor is 1; it must be even"] = Tiny with { PartialRotaryFactor = 0.1 },
        ["PartialRotaryFactor is 1.5; it must lie in (0, 1]."] = Tiny with { PartialRotaryFactor = 1.5 },
        ["RopeTheta is 0; it must be greater than 1."] = Tiny with { RopeTheta = 0 },
        ["NormEpsilon is NaN; it must be positive."] = Tiny with { NormEpsilon = double.NaN },
        ["OriginalContextLength is 512; it must lie in [1, ContextLength), and that is 512."] =
            Tiny with { LongRope = Rope with { OriginalContextLength = 512 } },
        ["LongFactors has 7 factors; it must have one positive factor for each of the 8 rotated pairs."] =
            Tiny with { LongRope = Rope with { LongFactors = Ones(7) } },
        ["ShortFactors has 8 factors; it must have one positive factor"] =
            Tiny with { LongRope = Rope with { ShortFactors = [0, .. Ones(7)] } },
        ["Int4BlockSize is 48; it must be a power of two from 16."] = Tiny with { Weights = WeightFormat.Int4, Int4BlockSize = 48 },
        ["FeedForwardSize is 96; with Int4 it must be a multiple of Int4BlockSize, 64."] =
            Tiny with { Weights = WeightFormat.Int4, Int4BlockSize = 64, FeedForwardSize = 96 },
        ["Int4AccuracyLevel is 5; it must lie in [0, 4]."] = Tiny with { Weights = WeightFormat.Int4, Int4AccuracyLevel = 5 },
        ["Weights is 9, which is unknown."] = Tiny with { Weights = (WeightFormat)9 },
        ["KeyValueType is 9, which is unknown."] = Tiny with { KeyValueType = (ElementType)9 },
        ["IoNames.PastKey is 'past.key'; it must contain %d for the layer."] = Tiny with { IoNames = new() { PastKey = "past.key" } },
        ["IoNames gives 'x' 2 times; names must differ."] = Tiny with { IoNames = new() { InputIds = "x", Logits = "x" } },
        ["SideFiles names token 315; VocabularySize is 300."] = Tiny with { VocabularySize = 300 },
    };

    public static TheoryData<string> Failures => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(Failures))]
    public void Write_BadShape_SaysWhatIsWrong(string failure)
    {
        using var folder = new TemporaryFolder();

        var exception = Assert.Throws<ArgumentException>(
            () => ModelFolderWriter.Write(folder.Path, Bad[failure], new RandomWeights(1), SideFiles.TinyByteLevel()));

        Assert.Contains(failure, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_SeveralFailures_NamesAll()
    {
        using var folder = new TemporaryFolder();
        var shape = Tiny with { Layers = -1, RopeTheta = 1, IoNames = new() { PastKey = "p" } };

        var exception = Assert.Throws<ArgumentException>(
            () => ModelFolderWriter.Write(folder.Path, shape, new RandomWeights(1), SideFiles.TinyByteLevel() with { EosTokenIds = [] }));

        Assert.Contains("Layers is -1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("RopeTheta is 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("PastKey is 'p'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("EosTokenIds is empty", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_SpecialTokenUnknownToTokenizer_NamesIt()
    {
        using var folder = new TemporaryFolder();

        var exception = Assert.Throws<ArgumentException>(() => ModelFolderWriter.Write(
            folder.Path, Tiny, new RandomWeights(1), SideFiles.TinyByteLevel() with { PadTokenId = 5 }));

        Assert.Contains("SideFiles.PadTokenId names token 5", exception.Message, StringComparison.Ordinal);
    }

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
}
