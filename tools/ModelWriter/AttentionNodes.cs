using static Hybrid.ModelWriter.GraphBuilder;
using static Hybrid.ModelWriter.Onnx.TensorProto.Types;

namespace Hybrid.ModelWriter;

/// <summary>Adds a layer's attention: projections, norms of heads, rotation, grouped-query attention over the cache.</summary>
internal sealed class AttentionNodes(
    ModelShape shape, GraphBuilder graph, TensorWriter tensors, LinearNodes linear, RotaryNodes rotary)
{
    // Half-precision caches need a half-precision attention node: it takes queries, keys, values and caches in one type.
    private readonly bool _isHalf = shape.KeyValueType == ElementType.Float16;

    /// <summary>Adds the attention of one layer.</summary>
    /// <returns>What it adds to the residual stream.</returns>
    public string Add(int layer, string input, string sequenceLengths, string totalLength)
    {
        var basename = $"/model/layers.{layer}/attn";
        var (query, key, value) = Project(layer, basename, input);
        if (shape.QkNorm)
        {
            query = NormalizeHeads($"{basename}/q_norm", $"model.layers.{layer}.attn.q_norm", WeightNames.QueryNorm(layer), query, shape.QueryWidth);
            key = NormalizeHeads($"{basename}/k_norm", $"model.layers.{layer}.attn.k_norm", WeightNames.KeyNorm(layer), key, shape.KeyValueWidth);
        }

        if (shape.AttentionInputsIncludePositionIds)
        {
            query = rotary.Rotate($"{basename}/q_rotary/RotaryEmbedding", query, shape.Heads);
            key = rotary.Rotate($"{basename}/k_rotary/RotaryEmbedding", key, shape.KeyValueHeads);
        }

        var attended = Attend(layer, $"{basename}/GroupQueryAttention", query, key, value, sequenceLengths, totalLength);
        return linear.Multiply(
            $"{basename}/o_proj", WeightNames.AttentionOutput(layer), shape.HiddenSize, shape.QueryWidth, attended);
    }

    /// <summary>Gives queries, keys and values; keys and values are empty where the attention node takes all three in one.</summary>
    private (string Query, string Key, string Value) Project(int layer, string basename, string input)
    {
        if (!shape.PackedQkv)
        {
            return (
                linear.MultiplyAttention($"{basename}/q_proj", WeightNames.Query(layer), shape.QueryWidth, input),
                linear.MultiplyAttention($"{basename}/k_proj", WeightNames.Key(layer), shape.KeyValueWidth, input),
                linear.MultiplyAttention($"{basename}/v_proj", WeightNames.Value(layer), shape.KeyValueWidth, input));
        }

        var packed = linear.MultiplyAttention(
            $"{basename}/qkv_proj", WeightNames.Qkv(layer), shape.QueryWidth + (2 * shape.KeyValueWidth), input);
        if (!shape.QkNorm && !shape.AttentionInputsIncludePositionIds)
        {
            return (packed, "", "");
        }

        var name = $"{basename}/qkv_proj/Split";
        string[] outputs = [$"{name}/output_0", $"{name}/output_1", $"{name}/output_2"];
        graph.AddNode(
            "Split",
            name,
            [packed, graph.Constants(shape.QueryWidth, shape.KeyValueWidth, shape.KeyValueWidth)],
            outputs,
            [Int("axis", -1)]);
        return (outputs[0], outputs[1], outputs[2]);
    }

    private string NormalizeHeads(string basename, string initializer, string weight, string input, int width)
    {
        var heads = graph.AddNode("Reshape", $"{basename}/Reshape_1", [input, graph.Constants(0, -1, shape.HeadSize)]);
        var scale = tensors.AddPlain($"{initializer}.layernorm.weight", weight, shape.HeadSize);
        var normalized = graph.AddNode(
            "SimplifiedLayerNormalization",
            $"{basename}/SimplifiedLayerNormalization",
            [heads, scale],
            [Float("epsilon", shape.NormEpsilon), Int("axis", -1), Int("stash_type", 1)]);
        return graph.AddNode("Reshape", $"{basename}/Reshape_2", [normalized, graph.Constants(0, -1, width)]);
    }

    private string Attend(
        int layer, string name, string query, string key, string value, string sequenceLengths, string totalLength)
    {
        var rotates = !shape.AttentionInputsIncludePositionIds;
        if (_isHalf)
        {
            query = graph.Cast($"{name}/Cast_query", query, DataType.Float16);
            key = key.Length == 0 ? key : graph.Cast($"{name}/Cast_key", key, DataType.Float16);
            value = value.Length == 0 ? value : graph.Cast($"{name}/Cast_value", value, DataType.Float16);
        }

        var output = $"{name}/output_0";
        graph.AddNode(
            "GroupQueryAttention",
            name,
            [
                query,
                key,
                value,
                IoNames.ForLayer(shape.IoNames.PastKey, layer),
                IoNames.ForLayer(shape.IoNames.PastValue, layer),
                sequenceLengths,
                totalLength,
                .. rotates ? RotaryNodes.Tables : [],
            ],
            [output, IoNames.ForLayer(shape.IoNames.PresentKey, layer), IoNames.ForLayer(shape.IoNames.PresentValue, layer)],
            [
                Int("num_heads", shape.Heads),
                Int("kv_num_heads", shape.KeyValueHeads),
                Float("scale", 1 / Math.Sqrt(shape.HeadSize)),
                Int("local_window_size", shape.SlidingWindow ?? -1),
                Int("do_rotary", rotates ? 1 : 0),
                Int("rotary_interleaved", 0),
            ],
            MicrosoftDomain);
        return _isHalf ? graph.Cast($"{name}/Cast_output", output, DataType.Float) : output;
    }
}
