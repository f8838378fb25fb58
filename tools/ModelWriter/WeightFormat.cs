using System.Diagnostics.CodeAnalysis;

namespace Hybrid.ModelWriter;

/// <summary>How the weight matrices of a model are stored.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the names ONNX gives its types.")]
public enum WeightFormat
{
    /// <summary>Single precision, multiplied by <c>MatMul</c>.</summary>
    Float32,

    /// <summary>
    /// Symmetric 4-bit blocks with a single-precision scale each, multiplied by <c>MatMulNBits</c>. Embeddings, norms and biases
    /// stay in single precision.
    /// </summary>
    Int4,
}
