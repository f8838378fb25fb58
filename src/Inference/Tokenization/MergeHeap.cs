
namespace Hybrid.Inference.Tokenization;

/// <summary>A four-way heap of keys, the least first, which grows as needed.</summary>
internal struct MergeHeap()
{
    private const int FirstSize = 64;
    private ulong[] _keys = [];
    private int _count;

    public void Add(ulong key)
    {
        if (_count == _keys.Length)
        {
            Grow();
        }

        var keys = _keys;
        var index = _count++;
        while (index > 0)
        {
            var parent = (index - 1) >> 2;
            if (keys[parent] <= key)
            {
                break;
            }

            keys[index] = keys[parent];
            index = parent;
        }

        keys[index] = key;
    }

    public bool TryTake(out ulong key)
    {
        if (_count == 0)
        {
            key = 0;
            return false;
        }

        key = _keys[0];
        _count--;
        if (_count > 0)
        {
            Sink(_keys[_count]);
        }

        return true;
    }

    public readonly void Release()
    {
        if (_keys.Length > 0)
        {
            Scratch.Return(_keys);
        }
    }

    private void Grow()
    {
        var larger = Scratch.Rent<ulong>(Math.Max(FirstSize, _count * 2));
        _keys.AsSpan(0, _count).CopyTo(larger);
        Release();
        _keys = larger;
    }

    /// <summary>Puts a key in the place of the first and lets it sink.</summary>
    private readonly void Sink(ulong key)
    {
        var keys = _keys;
        var index = 0;
        while (true)
        {
            var child = (index << 2) + 1;
            if (child >= _count)
            {
                break;
            }

            var end = Math.Min(child + 4, _count);
            var least = child;
            for (var i = child + 1; i < end; i++)
            {
                if (keys[i] < keys[least])
                {
                    least = i;
                }
            }

            if (keys[least] >= key)
            {
                break;
            }

            keys[index] = keys[least];
            index = least;
        }

        keys[index] = key;
    }
}
