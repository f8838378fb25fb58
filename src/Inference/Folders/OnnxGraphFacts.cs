namespace Hybrid.Inference.Folders;

/// <summary>What the <c>.onnx</c> file tells about its graph without loading a session.</summary>
public sealed record OnnxGraphFacts
{
    internal const string GroupQueryAttention = "GroupQueryAttention";

    /// <summary>How often each operator occurs, subgraphs included.</summary>
    public required IReadOnlyDictionary<string, int> OperatorCounts { get; init; }

    /// <summary>The graph's inputs.</summary>
    public required IReadOnlyList<OnnxValue> Inputs { get; init; }

    /// <summary>The graph's outputs.</summary>
    public required IReadOnlyList<OnnxValue> Outputs { get; init; }

    /// <summary>The external data files that the weights name, each beside the <c>.onnx</c> file.</summary>
    public required IReadOnlyList<string> ExternalFiles { get; init; }

    /// <summary>Whether some attention node evicts from its own cache (<c>sliding_window_cache</c>).</summary>
    internal bool EvictsFromCache { get; init; }

    /// <summary>How many nodes of any attention operator there are.</summary>
    public int AttentionNodes => OperatorCounts.Where(pair => IsAttention(pair.Key)).Sum(pair => pair.Value);

    /// <summary>
    /// Whether past and present keys and values can be one buffer: there is attention, and all of it is GroupQueryAttention.
    /// </summary>
    public bool SharesKeyValues => AttentionNodes > 0 && OperatorCounts.GetValueOrDefault(GroupQueryAttention) == AttentionNodes;

    private static bool IsAttention(string operatorType) => operatorType.EndsWith("Attention", StringComparison.Ordinal);
}
