using System.Buffers;

namespace Hybrid.Inference.Tokenization;

/// <summary>
/// Arrays to work in. Those of usual texts come from a pool. Those of huge ones do not go into it: the pool keeps what it was given, and a text of
/// megabytes, which no model takes, would leave hundreds of them behind.
/// </summary>
internal static class Scratch
{
    /// <summary>Elements of the largest array that is pooled; a power of two, as the pool's own sizes are.</summary>
    private const int MostPooled = 1 << 16;

    /// <summary>An array of at least so many elements; what is in it is undefined.</summary>
    public static T[] Rent<T>(int count) => count <= MostPooled ? ArrayPool<T>.Shared.Rent(count) : GC.AllocateUninitializedArray<T>(count);

    /// <summary>Gives an array back.</summary>
    public static void Return<T>(T[] array)
    {
        if (array.Length <= MostPooled)
        {
            ArrayPool<T>.Shared.Return(array);
        }
    }
}
