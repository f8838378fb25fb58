namespace Hybrid.ModelWriter;

/// <summary>Weights held in memory.</summary>
/// <param name="tensors">The values of each tensor by its name in <see cref="WeightNames"/>, in row-major order; not copied.</param>
public sealed class DictionaryWeights(IReadOnlyDictionary<string, float[]> tensors) : WeightSource
{
    /// <inheritdoc/>
    public override void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination)
    {
        if (!tensors.TryGetValue(name, out var values))
        {
            throw new ArgumentException($"There is no tensor '{name}' among the {tensors.Count} given; the shape asks for it.", nameof(name));
        }

        if (values.Length != destination.Length)
        {
            throw new ArgumentException(
                $"Tensor '{name}' has {values.Length} values; the shape asks for [{string.Join(", ", shape.ToArray())}], which is {destination.Length}.",
                nameof(shape));
        }

        values.CopyTo(destination);
    }
}
