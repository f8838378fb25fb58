using System.Buffers;

namespace Hybrid.Inference.Tokenization;

/// <summary>A four-way heap of merges to try, ordered by rank, then by position.</summary>
internal struct MergeQueue(int capacity)
{
    private readonly ulong[] _entries = ArrayPool<ulong>.Shared.Rent(capacity);
    private int _count;

    /// <summary>Adds an entry without keeping order; call <see cref="Order"/> before taking any.</summary>
    public void Append(int rank, int position) => _entries[_count++] = Entry(rank, position);

    public readonly void Order()
    {
        for (var i = (_count - 2) >> 2; i >= 0; i--)
        {
            Sink(i, _entries[i], _count);
        }
    }

    public void Add(int rank, int position)
    {
        var entries = _entries;
        var entry = Entry(rank, position);
        var index = _count++;
        while (index > 0)
        {
            var parent = (index - 1) >> 2;
            if (entries[parent] <= entry)
            {
                break;
            }

            entries[index] = entries[parent];
            index = parent;
        }

        entries[index] = entry;
    }

    public bool TryTake(out int rank, out int position)
    {
        if (_count == 0)
        {
            rank = position = 0;
            return false;
        }

        var top = _entries[0];
        rank = (int)(top >> 32);
        position = (int)(uint)top;
        _count--;
        if (_count > 0)
        {
            Sink(0, _entries[_count], _count);
        }

        return true;
    }

    public readonly void Release() => ArrayPool<ulong>.Shared.Return(_entries);

    private static ulong Entry(int rank, int position) => ((ulong)(uint)rank << 32) | (uint)position;

    private readonly void Sink(int index, ulong entry, int count)
    {
        var entries = _entries;
        while (true)
        {
            var child = (index << 2) + 1;
            if (child >= count)
            {
                break;
            }

            var end = Math.Min(child + 4, count);
            var least = child;
            for (var i = child + 1; i < end; i++)
            {
                if (entries[i] < entries[least])
                {
                    least = i;
                }
            }

            if (entries[least] >= entry)
            {
                break;
            }

            entries[index] = entries[least];
            index = least;
        }

        entries[index] = entry;
    }
}
