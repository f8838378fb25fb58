using static Hybrid.ModelWriter.GraphBuilder;

namespace Hybrid.ModelWriter;

/// <summary>Adds multiplications by weight matrices in the shape's format, with their weights.</summary>
internal sealed class LinearNodes(ModelShape shape, GraphBuilder graph, TensorWriter tensors)
{
    /// <summary>Adds a multiplication by an [outputs, inputs] matrix.</summary>
    /// <param name="basename">The node's place in the graph, without the operator's name.</param>
    /// <param name="weight">The matrix in the weight source.</param>
    /// <param name="outputs">The rows of the matrix.</param>
    /// <param name="inputs">The columns of the matrix.</param>
    /// <param name="input">What to multiply.</param>
    /// <param name="output">The name of the result, or null for one after the node.</param>
    /// <returns>The name of the result.</returns>
    public string Multiply(string basename, string weight, int outputs, int inputs, string input, string? output = null)
    {
        if (shape.Weights == WeightFormat.Float32)
        {
            var name = $"{basename}/MatMul";
            var matrix = tensors.AddTransposed($"{Initializer(name)}.weight", weight, outputs, inputs);
            return graph.AddNode("MatMul", name, [input, matrix], output: output);
        }

        var quantizedName = $"{basename}/MatMulNBits";
        var (packed, scales) = tensors.AddQuantized(Initializer(quantizedName), weight, outputs, inputs, shape.Int4BlockSize);
        return graph.AddNode(
            "MatMulNBits",
            quantizedName,
            [input, packed, scales],
            [
                Int("K", inputs),
                Int("N", outputs),
                Int("bits", 4),
                Int("block_size", shape.Int4BlockSize),
                Int("accuracy_level", shape.Int4AccuracyLevel),
            ],
            MicrosoftDomain,
            output);
    }

    /// <summary>Adds a multiplication and, where the shape has them, a bias.</summary>
    /// <returns>The name of the result.</returns>
    public string MultiplyAttention(string basename, string weight, int outputs, string input)
    {
        var product = Multiply(basename, weight, outputs, shape.HiddenSize, input);
        if (!shape.QkvBias)
        {
            return product;
        }

        var name = $"{basename}/Add";
        var bias = tensors.AddPlain($"{Initializer(name)}.bias", WeightNames.BiasOf(weight), outputs);
        return graph.AddNode("Add", name, [product, bias]);
    }

    private static string Initializer(string node) => node[1..].Replace('/', '.');
}
