using Hybrid.ModelWriter.Onnx;
using static Hybrid.ModelWriter.GraphBuilder;

namespace Hybrid.ModelWriter;

/// <summary>Adds the rotary tables, and the rotation where it happens outside the attention node.</summary>
internal sealed class RotaryNodes(ModelShape shape, GraphBuilder graph, TensorWriter tensors)
{
    private const string Cosines = "cos_cache";
    private const string Sines = "sin_cache";

    // The attention node wants its tables in the type it computes in; nodes of our own compute in single precision.
    private readonly ElementType _type = shape.AttentionInputsIncludePositionIds ? ElementType.Float32 : shape.KeyValueType;

    public static ReadOnlySpan<string> Tables => new[] { Cosines, Sines };

    /// <summary>Adds the tables, or with LongRoPE two pairs and the choice between them.</summary>
    /// <param name="totalLength">The length of the attention mask, an int64 scalar in the graph.</param>
    public void AddTables(string totalLength)
    {
        if (shape.LongRope is not { } rope)
        {
            var table = new RotaryTable(shape.ContextLength, shape.RotaryWidth, shape.RopeTheta, null, 1);
            tensors.AddTable(Cosines, _type, table.Cosines, table.Positions, table.Pairs);
            tensors.AddTable(Sines, _type, table.Sines, table.Positions, table.Pairs);
            return;
        }

        const string Basename = "/model/rope_caches_subgraph";
        var isLong = graph.AddNode("Greater", $"{Basename}/Greater", [totalLength, graph.Constant(rope.OriginalContextLength)]);
        var otherwise = rope.DefaultAttentionFactor(shape.ContextLength);
        var large = new RotaryTable(
            shape.ContextLength, shape.RotaryWidth, shape.RopeTheta, rope.LongFactors, rope.LongAttentionFactor ?? otherwise);
        var small = new RotaryTable(
            rope.OriginalContextLength, shape.RotaryWidth, shape.RopeTheta, rope.ShortFactors, rope.ShortAttentionFactor ?? otherwise);
        graph.AddNode(
            "If",
            $"{Basename}/If",
            [isLong],
            Tables,
            [Subgraph("then_branch", Branch("large", large)), Subgraph("else_branch", Branch("small", small))]);
    }

    /// <summary>Adds the rotation of queries or keys by the positions that are an input of the graph.</summary>
    /// <returns>The rotated tensor.</returns>
    public string Rotate(string name, string input, int heads)
    {
        var isPartial = shape.RotaryWidth != shape.HeadSize;
        return graph.AddNode(
            "RotaryEmbedding",
            name,
            [input, shape.IoNames.PositionIds, Cosines, Sines],
            [Int("interleaved", 0), Int("num_heads", isPartial ? heads : 0), Int("rotary_embedding_dim", isPartial ? shape.RotaryWidth : 0)],
            MicrosoftDomain);
    }

    private GraphProto Branch(string size, RotaryTable table)
    {
        var branch = new GraphProto { Name = $"{size}_rope_caches_graph" };
        foreach (var (name, values) in new[] { (Cosines, table.Cosines), (Sines, table.Sines) })
        {
            var output = $"{name}_{size}";
            var tensor = _type == ElementType.Float16
                ? Tensor<Half>(output, _type.ToOnnx(), TensorWriter.ToHalf(values), table.Positions, table.Pairs)
                : Tensor<float>(output, _type.ToOnnx(), values, table.Positions, table.Pairs);
            var node = new NodeProto { OpType = "Constant", Name = $"/{size}/{name}/Constant", Domain = "" };
            node.Output.Add(output);
            node.Attribute.Add(Value("value", tensor));
            branch.Node.Add(node);
            branch.Output.Add(Describe(output, _type.ToOnnx(), table.Positions, table.Pairs));
        }

        return branch;
    }
}
