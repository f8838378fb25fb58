using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hybrid.Inference.Decoding;

namespace Hybrid.Inference.Bench;

/// <summary>More memory than any cache holds, to read through on one thread.</summary>
internal sealed class ReadBuffer : IDisposable
{
    private const long Bytes = 512L << 20;

    private readonly NativeBuffer _buffer = new(Bytes);

    public ReadBuffer() => MemoryMarshal.Cast<byte, Vector<long>>(_buffer.AsSpan<byte>()).Fill(Vector<long>.One);

    /// <summary>Reads everything once; gives the rate in bytes per second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Read()
    {
        var data = MemoryMarshal.Cast<byte, Vector<long>>(_buffer.AsSpan<byte>());
        var begin = Stopwatch.GetTimestamp();
        // Four sums, so that the adds do not wait for each other.
        Vector<long> a = default, b = default, c = default, d = default;
        for (var i = 0; i + 3 < data.Length; i += 4)
        {
            a += data[i];
            b += data[i + 1];
            c += data[i + 2];
            d += data[i + 3];
        }

        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return Vector.Sum(a + b + c + d) == Bytes / sizeof(long)
            ? Bytes / seconds
            : throw new InvalidOperationException("The sum is wrong, so the loop did not read everything.");
    }

    public void Dispose() => _buffer.Dispose();
}
