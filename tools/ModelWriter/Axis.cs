using Hybrid.ModelWriter.Onnx;

namespace Hybrid.ModelWriter;

/// <summary>One dimension of a graph's input or output: a number, or a name where it varies from run to run.</summary>
internal readonly record struct Axis(int Size, string? Name)
{
    public static implicit operator Axis(int size) => new(size, null);

    public static implicit operator Axis(string name) => new(0, name);

    public TensorShapeProto.Types.Dimension ToProto() =>
        Name is null ? new() { DimValue = Size } : new() { DimParam = Name };
}
