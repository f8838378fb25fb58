using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Hybrid.Inference.Decoding;

namespace Hybrid.Inference.Bench;

/// <summary>What the machine can do, and what the process uses.</summary>
internal static class Machine
{
    /// <summary>The best rate at which one thread reads memory that is in no cache, in bytes per second.</summary>
    public static double ReadBandwidth()
    {
        using var buffer = new NativeBuffer(1L << 30);
        var data = MemoryMarshal.Cast<byte, Vector<long>>(buffer.AsSpan<byte>());
        data.Fill(Vector<long>.One);
        var best = 0.0;
        for (var round = 0; round < 8; round++)
        {
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
            if (Vector.Sum(a + b + c + d) != buffer.Bytes / sizeof(long))
            {
                throw new InvalidOperationException("The sum is wrong, so the loop did not read everything.");
            }

            best = Math.Max(best, buffer.Bytes / seconds);
        }

        return best;
    }

    /// <summary>The process's resident memory now, in bytes (Linux).</summary>
    public static long Resident() => ReadStatus("VmRSS:");

    /// <summary>The most resident memory since <see cref="ResetPeak"/>, in bytes (Linux).</summary>
    public static long Peak() => ReadStatus("VmHWM:");

    /// <summary>Forgets the peak so far (Linux: proc(5), clear_refs).</summary>
    public static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long ReadStatus(string key)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
