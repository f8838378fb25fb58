using Hybrid.ModelWriter;

namespace Hybrid.EdgeWorker.Tests.Models;

/// <summary>Random weights whose head scores the special tokens, which are the last five, with nothing: answers reach their token limit.</summary>
internal sealed class EndlessWeights : WeightSource
{
    private const int SpecialTokens = 5;

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
