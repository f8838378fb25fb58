using System.Globalization;
using System.Runtime.InteropServices;
using Hybrid.ModelWriter.Onnx;

namespace Hybrid.ModelWriter;

/// <summary>The file beside the graph that holds the tensors, each at a multiple of the page size so that it can be mapped.</summary>
internal sealed class ExternalData(string folder, string fileName) : IDisposable
{
    /// <summary>What the ONNX specification advises for the offsets of external data.</summary>
    private const int Alignment = 4096;

    private readonly FileStream _file = new(Path.Combine(folder, fileName), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);

    public long BytesWritten => _file.Position;

    /// <summary>Opens the next tensor: what is written to the file until <see cref="End"/> is its data.</summary>
    public TensorProto Begin(string name, TensorProto.Types.DataType type, ReadOnlySpan<int> shape)
    {
        var padding = (int)(-_file.Position & (Alignment - 1));
        _file.Write(new byte[padding]);

        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)type,
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        foreach (var dimension in shape)
        {
            tensor.Dims.Add(dimension);
        }

        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = fileName });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = Text(_file.Position) });
        return tensor;
    }

    public void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged => _file.Write(MemoryMarshal.AsBytes(values));

    public void End(TensorProto tensor)
    {
        var offset = long.Parse(tensor.ExternalData[1].Value, CultureInfo.InvariantCulture);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = Text(_file.Position - offset) });
    }

    public void Dispose() => _file.Dispose();

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
