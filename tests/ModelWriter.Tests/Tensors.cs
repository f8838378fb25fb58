using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Hybrid.ModelWriter.Tests;

/// <summary>Moves values in and out of the runtime's tensors.</summary>
internal static class Tensors
{
    public static OrtValue Of(long[] values, params long[] shape) => OrtValue.CreateTensorValueFromMemory(values, shape);

    public static TensorElementType ToOrt(ElementType type) =>
        type == ElementType.Float16 ? TensorElementType.Float16 : TensorElementType.Float;

    public static IEnumerable<string> CacheNames(ModelShape shape, string key, string value) =>
        Enumerable.Range(0, shape.Layers).SelectMany(layer => new[] { IoNames.ForLayer(key, layer), IoNames.ForLayer(value, layer) });

    /// <summary>Reads [1, rows, width] logits.</summary>
    public static float[][] Rows(OrtValue logits)
    {
        var info = logits.GetTensorTypeAndShape();
        var values = info.ElementDataType == TensorElementType.Float16
            ? [.. logits.GetTensorDataAsSpan<Float16>().ToArray().Select(value => (float)value)]
            : logits.GetTensorDataAsSpan<float>().ToArray();
        return [.. values.Chunk((int)info.Shape[2])];
    }
}
