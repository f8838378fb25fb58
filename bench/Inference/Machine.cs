using System.Globalization;

namespace Hybrid.Inference.Bench;

/// <summary>What the process uses of the machine.</summary>
internal static class Machine
{
    /// <summary>The process's resident memory now, in bytes (Linux).</summary>
    public static long Resident() => ReadStatus("VmRSS:");

    /// <summary>The most resident memory since <see cref="ResetPeak"/>, in bytes (Linux).</summary>
    public static long Peak() => ReadStatus("VmHWM:");

    /// <summary>Forgets the peak so far (Linux: proc(5), clear_refs).</summary>
    public static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>Reads every page of a mapped file, so that all of it counts as resident (Linux: proc(5), maps).</summary>
    public static unsafe void TouchMapped(string file)
    {
        foreach (var line in File.ReadLines("/proc/self/maps").Where(line => line.EndsWith(file, StringComparison.Ordinal) && line.Split(' ')[1][0] == 'r'))
        {
            var range = line.Split(' ')[0].Split('-').Select(text => nint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            for (var page = range[0]; page < range[1]; page += Environment.SystemPageSize)
            {
                Volatile.Read(ref *(byte*)page);
            }
        }
    }

    private static long ReadStatus(string key)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
