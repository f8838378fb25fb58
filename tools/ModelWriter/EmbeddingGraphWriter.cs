using Google.Protobuf;
using Hybrid.ModelWriter.Onnx;
using static Hybrid.ModelWriter.GraphBuilder;
using static Hybrid.ModelWriter.Onnx.TensorProto.Types;

namespace Hybrid.ModelWriter;

/// <summary>
/// Writes the graph of a small embedding model with the inputs and outputs that sentence-transformers' exporters give theirs.
/// </summary>
/// <remarks>
/// With x the sum of a token's word, type and position vectors and m the mean of x over the tokens whose mask is 1, a token's output is
/// tanh(x + m): every token sees every other, as in the real models, and the filling of a batch must not show.
/// </remarks>
public static class EmbeddingGraphWriter
{
    private const string InputIds = "input_ids";
    private const string AttentionMask = "attention_mask";

    /// <summary>Writes the graph.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="tables">The weights.</param>
    /// <param name="output">The output's name; default <c>last_hidden_state</c>.</param>
    /// <param name="isPooled">Whether the output is one vector for each text, the mean, instead of one for each token.</param>
    public static void Write(string path, EmbeddingTables tables, string output = "last_hidden_state", bool isPooled = false)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var graph = new GraphBuilder();
        var sum = AddLookup(graph, tables, InputIds, tables.Words);
        graph.AddInput(AttentionMask, DataType.Int64, "batch_size", "sequence_length");
        foreach (var (input, table) in new[] { ("token_type_ids", tables.Types), ("position_ids", tables.Positions) })
        {
            if (table is not null)
            {
                sum = graph.AddNode("Add", $"/{input}/Add", [sum, AddLookup(graph, tables, input, table)]);
            }
        }

        var mask = graph.AddNode("Unsqueeze", "/mask/Unsqueeze", [graph.Cast("/mask/Cast", AttentionMask, DataType.Float), graph.Constants(-1)]);
        var mean = AddMean(graph, "/mean", sum, mask, keepDimensions: 1);
        var total = graph.AddNode("Add", "/Add", [sum, mean]);
        var tokens = graph.AddNode("Tanh", "/Tanh", [total], output: isPooled ? null : output);
        if (isPooled)
        {
            AddMean(graph, "/pooling", tokens, mask, keepDimensions: 0, output);
            graph.AddOutput(output, DataType.Float, "batch_size", tables.HiddenSize);
        }
        else
        {
            graph.AddOutput(output, DataType.Float, "batch_size", "sequence_length", tables.HiddenSize);
        }

        var model = new ModelProto { IrVersion = 10, ProducerName = "Hybrid.ModelWriter", Graph = graph.Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 21 });
        using var file = File.Create(path);
        model.WriteTo(file);
    }

    private static string AddLookup(GraphBuilder graph, EmbeddingTables tables, string input, float[] table)
    {
        graph.AddInput(input, DataType.Int64, "batch_size", "sequence_length");
        var name = $"embeddings.{input}.weight";
        graph.AddInitializer(Tensor<float>(name, DataType.Float, table, table.Length / tables.HiddenSize, tables.HiddenSize));
        return graph.AddNode("Gather", $"/{input}/Gather", [name, input]);
    }

    private static string AddMean(GraphBuilder graph, string name, string values, string mask, long keepDimensions, string? output = null)
    {
        var masked = graph.AddNode("Mul", $"{name}/Mul", [values, mask]);
        var sum = graph.AddNode("ReduceSum", $"{name}/ReduceSum", [masked, graph.Constants(1)], [Int("keepdims", keepDimensions)]);
        var count = graph.AddNode("ReduceSum", $"{name}/count/ReduceSum", [mask, graph.Constants(1)], [Int("keepdims", keepDimensions)]);
        return graph.AddNode("Div", $"{name}/Div", [sum, count], output: output);
    }
}
