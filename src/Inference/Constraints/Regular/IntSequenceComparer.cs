using System.Runtime.InteropServices;

namespace Hybrid.Inference.Constraints.Regular;

/// <summary>Compares arrays of numbers by content.</summary>
internal sealed class IntSequenceComparer : IEqualityComparer<int[]>
{
    public static IntSequenceComparer Instance { get; } = new();

    public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(int[] obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes<int>(obj));
        return hash.ToHashCode();
    }
}
