using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Hybrid.ModelWriter;

/// <summary>
/// Random weights that depend on nothing but the seed, the tensor's name and the position in it, so that the same seed gives the
/// same bytes on every machine.
/// </summary>
/// <remarks>
/// Matrices are uniform with a standard deviation of a gain over the square root of their inputs; norms lie around 1. The gains are
/// chosen so that greedy decoding wanders instead of repeating one token, and so that the best token leads clearly.
/// </remarks>
/// <param name="seed">Selects the weights.</param>
public sealed class RandomWeights(int seed) : WeightSource
{
    private static readonly float UniformWidth = MathF.Sqrt(12);

    /// <value>The gain of the head, hence about the standard deviation of the logits; default 4.</value>
    public float HeadGain { get; init; } = 4;

    /// <value>The gain of the matrices that write into the residual stream; default 2.</value>
    public float ResidualGain { get; init; } = 2;

    /// <inheritdoc/>
    public override void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(name);

        var inputs = shape[^1];
        var (center, deviation) = name switch
        {
            _ when shape.Length == 1 && name.EndsWith(".weight", StringComparison.Ordinal) => (1f, 0.1f),
            _ when shape.Length == 1 => (0f, 0.2f),
            WeightNames.Embedding or WeightNames.Head => (0f, HeadGain / MathF.Sqrt(inputs)),
            _ when name.EndsWith(".o_proj.weight", StringComparison.Ordinal) => (0f, ResidualGain / MathF.Sqrt(inputs)),
            _ when name.EndsWith(".down_proj.weight", StringComparison.Ordinal) => (0f, ResidualGain / MathF.Sqrt(inputs)),
            _ => (0f, 1 / MathF.Sqrt(inputs)),
        };

        FillUniform(Key(name), center, deviation * UniformWidth, destination);
    }

    private uint Key(string name)
    {
        // FNV-1a, because string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 16777619u;
        }

        return Scramble(hash ^ Scramble((uint)seed + 0x9E3779B9u));
    }

    private static void FillUniform(uint key, float center, float width, Span<float> destination)
    {
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(destination);
        var index = Vector<uint>.Indices + new Vector<uint>(key);
        var step = new Vector<uint>((uint)Vector<uint>.Count);
        foreach (ref var lane in lanes)
        {
            // 24 bits convert to float exactly, and nothing here is fused, so every vector width gives the same values.
            var bits = Vector.AsVectorInt32(Scramble(index) >>> 8);
            lane = ((Vector.ConvertToSingle(bits) * (1f / (1 << 24))) - new Vector<float>(0.5f)) * width + new Vector<float>(center);
            index += step;
        }

        for (var i = lanes.Length * Vector<float>.Count; i < destination.Length; i++)
        {
            destination[i] = (((Scramble((uint)i + key) >> 8) * (1f / (1 << 24))) - 0.5f) * width + center;
        }
    }

    /// <summary>An integer hash by Chris Wellons ("lowbias32", https://nullprogram.com/blog/2018/07/31/), public domain.</summary>
    private static uint Scramble(uint value)
    {
        value ^= value >> 16;
        value *= 0x7FEB352Du;
        value ^= value >> 15;
        value *= 0x846CA68Bu;
        return value ^ (value >> 16);
    }

    private static Vector<uint> Scramble(Vector<uint> value)
    {
        value ^= value >>> 16;
        value *= 0x7FEB352Du;
        value ^= value >>> 15;
        value *= 0x846CA68Bu;
        return value ^ (value >>> 16);
    }
}
