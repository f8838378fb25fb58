using System.Numerics;

namespace Hybrid.Inference.Tokenization;

/// <summary>Which pairs of tokens merge, in what order, and into which token. Read-only once filled.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private readonly Slot[] _slots;
    private readonly int[] _results;
    private readonly int _shift;

    /// <param name="capacity">How many merges there are at most.</param>
    public MergeTable(int capacity)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 8) * 2);
        _slots = new Slot[size];
        _shift = 64 - BitOperations.TrailingZeroCount(size);
        _results = new int[capacity];
    }

    /// <summary>Adds a merge; a pair named again takes its later rank, as the format's reference does.</summary>
    public void Add(int left, int right, int rank, int result)
    {
        var key = Key(left, right);
        var index = First(key);
        while (_slots[index].Key != 0 && _slots[index].Key != key)
        {
            index = (index + 1) & (_slots.Length - 1);
        }

        _slots[index] = new Slot(key, rank);
        _results[rank] = result;
    }

    public int Find(int left, int right)
    {
        var slots = _slots;
        var key = Key(left, right);
        var index = First(key);
        while (true)
        {
            ref readonly var slot = ref slots[index];
            if (slot.Key == key)
            {
                return slot.Rank;
            }

            if (slot.Key == 0)
            {
                return None;
            }

            index = (index + 1) & (slots.Length - 1);
        }
    }

    public int Result(int rank) => _results[rank];

    // One is added so that no pair has the key of an empty slot.
    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;

    private int First(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);

    private readonly record struct Slot(ulong Key, int Rank);
}
