using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.ModelWriter;

namespace Hybrid.StarterModels.Training;

/// <summary>What <c>train.py</c> wrote: <c>weights.json</c> names them, <c>weights.bin</c> holds them (fp32, little-endian).</summary>
internal sealed class TrainedWeights : WeightSource
{
    private readonly byte[] _data;
    private readonly Dictionary<string, TensorEntry> _tensors;

    private TrainedWeights(WeightsIndex index, byte[] data)
    {
        Shape = index.Shape;
        _data = data;
        _tensors = index.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    public TrainedShape Shape { get; }

    /// <exception cref="InvalidDataException">The index is no index.</exception>
    public static TrainedWeights Read(string folder)
    {
        var path = Path.Combine(folder, "weights.json");
        var index = JsonSerializer.Deserialize<WeightsIndex>(File.ReadAllText(path), JsonSerializerOptions.Web)
            ?? throw new InvalidDataException($"{path} holds null; train again.");
        return new TrainedWeights(index, File.ReadAllBytes(Path.Combine(folder, "weights.bin")));
    }

    /// <inheritdoc/>
    public override void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination)
    {
        if (!_tensors.TryGetValue(name, out var tensor))
        {
            throw new ArgumentException($"The trained weights have no tensor '{name}'.", nameof(name));
        }

        if (!shape.SequenceEqual(tensor.Shape))
        {
            throw new ArgumentException(
                $"Tensor '{name}' was trained as [{string.Join(", ", tensor.Shape)}]; [{string.Join(", ", shape.ToArray())}] is wanted.",
                nameof(shape));
        }

        MemoryMarshal.Cast<byte, float>(_data.AsSpan(tensor.Offset, destination.Length * sizeof(float))).CopyTo(destination);
    }

    private sealed record WeightsIndex(TrainedShape Shape, IReadOnlyList<TensorEntry> Tensors);

    private sealed record TensorEntry(string Name, int[] Shape, int Offset);
}
