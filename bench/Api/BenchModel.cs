using Hybrid.ModelWriter;

namespace Hybrid.Api.Bench;

/// <summary>
/// A model with random weights of a realistic speed, some tens of tokens a second on two cores: about 0.1 billion parameters with a byte
/// vocabulary, whose answers reach their limit because nothing leads to an end token.
/// </summary>
internal static class BenchModel
{
    /// <summary>The byte-level vocabulary's last tokens are the special ones.</summary>
    private const int SpecialTokens = 5;

    private static readonly ModelShape Shape = ModelShape.Tiny with
    {
        HiddenSize = 1024,
        Layers = 8,
        Heads = 16,
        KeyValueHeads = 8,
        HeadSize = 64,
        FeedForwardSize = 4096,
        ContextLength = 1024,
    };

    /// <summary>Writes it.</summary>
    /// <returns>Its folder.</returns>
    public static string Write(string folder)
    {
        ModelFolderWriter.Write(folder, Shape, new NeverEnding(), SideFiles.TinyByteLevel());
        return folder;
    }

    private sealed class NeverEnding : WeightSource
    {
        private readonly RandomWeights _weights = new(seed: 1);

        public override void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination)
        {
            _weights.Fill(name, shape, destination);
            if (name == "lm_head.weight")
            {
                destination[((shape[0] - SpecialTokens) * shape[1])..].Clear();
            }
        }
    }
}
