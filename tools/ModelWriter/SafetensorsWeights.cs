using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hybrid.ModelWriter;

/// <summary>
/// Weights read from a <c>.safetensors</c> file (https://github.com/huggingface/safetensors), one tensor at a time; single, half
/// and bfloat16 precision.
/// </summary>
/// <remarks>Not thread-safe. Dispose it after the folder is written.</remarks>
public sealed class SafetensorsWeights : WeightSource, IDisposable
{
    /// <summary>The longest header the format's own reader accepts.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    private readonly FileStream _file;
    private readonly JsonDocument _header;
    private readonly long _dataStart;

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is not in the format.</exception>
    public SafetensorsWeights(string path)
    {
        _file = File.OpenRead(path);
        try
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            _file.ReadExactly(length);
            _dataStart = sizeof(long) + BinaryPrimitives.ReadInt64LittleEndian(length);
            if (_dataStart < sizeof(long) || _dataStart > Math.Min(_file.Length, sizeof(long) + MaxHeaderBytes))
            {
                throw new InvalidDataException(
                    $"'{path}' begins with a header length of {_dataStart - sizeof(long)}, so it is no safetensors file.");
            }

            var header = new byte[_dataStart - sizeof(long)];
            _file.ReadExactly(header);
            _header = JsonDocument.Parse(header);
        }
        catch (Exception exception) when (exception is EndOfStreamException or JsonException)
        {
            _file.Dispose();
            throw new InvalidDataException($"'{path}' has no readable header, so it is no safetensors file.", exception);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination)
    {
        if (!_header.RootElement.TryGetProperty(name, out var entry))
        {
            throw new ArgumentException($"'{_file.Name}' has no tensor '{name}'; the shape asks for it.", nameof(name));
        }

        var actual = entry.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt32()).ToArray();
        if (!shape.SequenceEqual(actual))
        {
            throw new ArgumentException(
                $"Tensor '{name}' in '{_file.Name}' is [{string.Join(", ", actual)}]; "
                + $"the shape asks for [{string.Join(", ", shape.ToArray())}].",
                nameof(shape));
        }

        _file.Position = _dataStart + entry.GetProperty("data_offsets")[0].GetInt64();
        Read(name, entry.GetProperty("dtype").GetString(), destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _header.Dispose();
        _file.Dispose();
    }

    private void Read(string name, string? type, Span<float> destination)
    {
        if (type == "F32")
        {
            _file.ReadExactly(MemoryMarshal.AsBytes(destination));
            return;
        }

        if (type is not ("F16" or "BF16"))
        {
            throw new ArgumentException(
                $"Tensor '{name}' in '{_file.Name}' is of type {type}; F32, F16 and BF16 can be read.", nameof(name));
        }

        var values = new ushort[destination.Length];
        _file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        if (type == "F16")
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(values), destination);
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            destination[i] = BitConverter.Int32BitsToSingle(values[i] << 16);
        }
    }
}
