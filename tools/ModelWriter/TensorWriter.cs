using System.Numerics.Tensors;
using Hybrid.ModelWriter.Onnx;
using static Hybrid.ModelWriter.Onnx.TensorProto.Types;

namespace Hybrid.ModelWriter;

/// <summary>
/// Takes weights from their source, one at a time into one buffer, and writes them to the external data in the layout of the
/// operator that uses them.
/// </summary>
internal sealed class TensorWriter(
    GraphBuilder graph,
    ExternalData data,
    WeightSource source,
    IProgress<WriteProgress>? progress,
    CancellationToken cancellationToken)
{
    /// <summary>Values per piece where a tensor is transposed or quantized on its way to the file.</summary>
    private const int Piece = 1 << 20;

    private float[] _buffer = [];
    private long _parameters;

    /// <summary>Writes a tensor as it is.</summary>
    /// <returns>The initializer's name.</returns>
    public string AddPlain(string initializer, string weight, params ReadOnlySpan<int> shape)
    {
        var values = Take(weight, shape);
        var tensor = data.Begin(initializer, DataType.Float, shape);
        data.Write<float>(values);
        return Finish(tensor, values.Length);
    }

    /// <summary>Writes values that belong to no weight source.</summary>
    /// <returns>The initializer's name.</returns>
    public string AddTable(string initializer, ElementType type, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var tensor = data.Begin(initializer, type.ToOnnx(), shape);
        if (type == ElementType.Float16)
        {
            data.Write<Half>(ToHalf(values));
        }
        else
        {
            data.Write(values);
        }

        return Finish(tensor, 0);
    }

    /// <summary>Writes an [outputs, inputs] matrix as [inputs, outputs], which <c>MatMul</c> multiplies by from the right.</summary>
    /// <returns>The initializer's name.</returns>
    public string AddTransposed(string initializer, string weight, int outputs, int inputs)
    {
        var values = Take(weight, [outputs, inputs]);
        var tensor = data.Begin(initializer, DataType.Float, [inputs, outputs]);
        var rows = Math.Clamp(Piece / outputs, 1, inputs);
        var piece = new float[rows * outputs];
        for (var first = 0; first < inputs; first += rows)
        {
            var count = Math.Min(rows, inputs - first);
            for (var output = 0; output < outputs; output++)
            {
                var row = values.Slice((output * inputs) + first, count);
                for (var i = 0; i < row.Length; i++)
                {
                    piece[(i * outputs) + output] = row[i];
                }
            }

            data.Write<float>(piece.AsSpan(0, count * outputs));
        }

        return Finish(tensor, values.Length);
    }

    /// <summary>Quantizes an [outputs, inputs] matrix.</summary>
    /// <returns>The initializers' names.</returns>
    public (string Packed, string Scales) AddQuantized(string basename, string weight, int outputs, int inputs, int blockSize)
    {
        var values = Take(weight, [outputs, inputs]);
        var blocks = inputs / blockSize;
        var tensor = data.Begin($"{basename}.qweight", DataType.Uint8, [outputs, blocks, blockSize / 2]);
        var scales = new float[outputs * blocks];
        var rows = Math.Clamp(Piece / inputs, 1, outputs);
        var piece = new byte[rows * inputs / 2];
        for (var first = 0; first < outputs; first += rows)
        {
            var count = Math.Min(rows, outputs - first);
            var packed = piece.AsSpan(0, count * inputs / 2);
            Int4Quantizer.Quantize(
                values.Slice(first * inputs, count * inputs), blockSize, packed, scales.AsSpan(first * blocks, count * blocks));
            data.Write<byte>(packed);
        }

        var packedName = Finish(tensor, values.Length);
        tensor = data.Begin($"{basename}.scales", DataType.Float, [outputs, blocks]);
        data.Write<float>(scales);
        return (packedName, Finish(tensor, 0));
    }

    public static Half[] ToHalf(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return halves;
    }

    private Span<float> Take(string weight, ReadOnlySpan<int> shape)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var length = 1;
        foreach (var dimension in shape)
        {
            length = checked(length * dimension);
        }

        if (_buffer.Length < length)
        {
            _buffer = [];
            _buffer = GC.AllocateUninitializedArray<float>(length);
        }

        var values = _buffer.AsSpan(0, length);
        source.Fill(weight, shape, values);
        return values;
    }

    private string Finish(TensorProto tensor, int parameters)
    {
        data.End(tensor);
        graph.AddInitializer(tensor);
        _parameters += parameters;
        progress?.Report(new(tensor.Name, data.BytesWritten, _parameters));
        return tensor.Name;
    }
}
