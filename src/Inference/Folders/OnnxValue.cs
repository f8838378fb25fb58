namespace Hybrid.Inference.Folders;

/// <summary>One input or output of a graph as the file declares it.</summary>
/// <param name="Name">The name to bind.</param>
/// <param name="ElementType">ONNX's <c>TensorProto.DataType</c>: 1 is float, 7 int64, 10 float16; 0 where undeclared.</param>
/// <param name="Dimensions">The sizes, null where they are open; empty where undeclared.</param>
public sealed record OnnxValue(string Name, int ElementType, IReadOnlyList<long?> Dimensions);
