using static Hybrid.ModelWriter.Onnx.TensorProto.Types;

namespace Hybrid.ModelWriter;

internal static class ElementTypes
{
    public static DataType ToOnnx(this ElementType type) => type switch
    {
        ElementType.Float32 => DataType.Float,
        ElementType.Float16 => DataType.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };
}
