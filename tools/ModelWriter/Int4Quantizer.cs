using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Hybrid.ModelWriter;

/// <summary>
/// Quantizes rows to 4 bits as <c>MatMulNBits</c> reads them without zero points: blocks of a row share a scale, a value is
/// (nibble − 8) × scale, and the earlier of two values sits in the low nibble.
/// </summary>
/// <remarks>
/// The scale puts a block's largest magnitude at −8, so that value is exact; its opposite would need +8 and is cut to +7.
/// </remarks>
public static class Int4Quantizer
{
    private const int Step = 16;

    /// <summary>Quantizes values whose number is a multiple of the block size.</summary>
    /// <param name="values">Whole rows in row-major order; a row is a multiple of the block size.</param>
    /// <param name="blockSize">The values per scale: a power of two from 16.</param>
    /// <param name="packed">Receives two values per byte.</param>
    /// <param name="scales">Receives one scale per block.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Quantize(ReadOnlySpan<float> values, int blockSize, Span<byte> packed, Span<float> scales)
    {
        Check(values.Length, blockSize, packed.Length, scales.Length);
        for (var block = 0; block < scales.Length; block++)
        {
            var source = values.Slice(block * blockSize, blockSize);
            // A denormal scale has no finite inverse; such a block is zero for every purpose.
            var scale = TensorPrimitives.MaxMagnitude(source) / -8;
            scale = float.IsNormal(scale) ? scale : 0;
            scales[block] = scale;
            var inverse = scale == 0 ? 0 : 1 / scale;
            for (var i = 0; i < blockSize; i += Step)
            {
                var low = Nibbles(Vector256.Create(source[i..]), inverse);
                var high = Nibbles(Vector256.Create(source[(i + (Step / 2))..]), inverse);
                var shorts = Vector256.Narrow(low, high).AsUInt16();
                var bytes = Vector128.Narrow(shorts.GetLower(), shorts.GetUpper()).AsUInt16();
                var pairs = bytes | (bytes >>> 4);
                Vector128.Narrow(pairs & Vector128.Create((ushort)0xFF), Vector128<ushort>.Zero).GetLower()
                    .CopyTo(packed[(((block * blockSize) + i) / 2)..]);
            }
        }
    }

    /// <summary>Restores the values that the kernel multiplies by.</summary>
    /// <param name="packed">Two values per byte.</param>
    /// <param name="scales">One scale per block.</param>
    /// <param name="blockSize">The values per scale: a power of two from 16.</param>
    /// <param name="values">Receives the values.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Dequantize(ReadOnlySpan<byte> packed, ReadOnlySpan<float> scales, int blockSize, Span<float> values)
    {
        Check(values.Length, blockSize, packed.Length, scales.Length);
        for (var i = 0; i < packed.Length; i++)
        {
            var scale = scales[2 * i / blockSize];
            values[2 * i] = ((packed[i] & 0xF) - 8) * scale;
            values[(2 * i) + 1] = ((packed[i] >> 4) - 8) * scale;
        }
    }

    /// <summary>Replaces values by what quantizing leaves of them.</summary>
    /// <param name="values">Whole rows in row-major order; a row is a multiple of the block size.</param>
    /// <param name="blockSize">The values per scale: a power of two from 16.</param>
    public static void RoundTrip(Span<float> values, int blockSize)
    {
        var packed = new byte[values.Length / 2];
        var scales = new float[values.Length / blockSize];
        Quantize(values, blockSize, packed, scales);
        Dequantize(packed, scales, blockSize, values);
    }

    internal static bool IsBlockSize(int blockSize) => blockSize >= Step && (blockSize & (blockSize - 1)) == 0;

    private static Vector256<int> Nibbles(Vector256<float> values, float inverse)
    {
        // Adding 8.5 and truncating rounds to nearest, since nothing below −8 occurs.
        var shifted = Vector256.ConvertToInt32((values * inverse) + Vector256.Create(8.5f));
        return Vector256.Min(shifted, Vector256.Create(15));
    }

    private static void Check(int values, int blockSize, int packed, int scales)
    {
        if (!IsBlockSize(blockSize))
        {
            throw new ArgumentException($"The block size is {blockSize}; it must be a power of two from {Step}.", nameof(blockSize));
        }

        if (values % blockSize != 0 || packed != values / 2 || scales != values / blockSize)
        {
            throw new ArgumentException(
                $"{values} values in blocks of {blockSize} need {values / 2} bytes and {values / blockSize} scales; there are {packed} and {scales}.",
                nameof(values));
        }
    }
}
