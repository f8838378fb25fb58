using System.Diagnostics.CodeAnalysis;

namespace Hybrid.ModelWriter;

/// <summary>The element type of a tensor that crosses the border of a graph.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the names ONNX gives its types.")]
public enum ElementType
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>IEEE 754 half precision.</summary>
    Float16,
}
