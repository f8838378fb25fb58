using System.Numerics;

namespace Hybrid.Inference.Tokenization;

/// <summary>Merges to try, ordered by rank, then by position.</summary>
/// <remarks>
/// A radix queue: a key lies in a bucket by the highest byte in which it differs from the key last taken, and moves down as that one
/// catches up, a few sequential steps in all, where a heap of a million keys misses the cache at every level. It needs keys no smaller
/// than the last one taken; the rare others (vocabularies whose merges are out of order) and short words use a heap.
/// </remarks>
internal ref struct MergeQueue
{
    private const int DigitBits = 8;
    private const int Digits = 1 << DigitBits;
    private const int ChunkSize = 32;
    private const int ShortWord = 2048;
    private readonly int _positionBits;
    private readonly bool _radix;

    // A bucket is a chain of chunks, of which only the first is not full.
    private readonly ulong[] _keys = [];
    private readonly Chunk[] _chunks = [];
    private readonly int[] _heads = [];
    private readonly ulong[] _occupied = [];
    private MergeHeap _heap = new();
    private ulong _last;
    private int _used;
    private int _free = -1;
    private int _inBuckets;

    /// <param name="symbols">How many symbols the word has.</param>
    /// <param name="capacity">How many entries there can be at once.</param>
    public MergeQueue(int symbols, int capacity)
    {
        _positionBits = 32 - BitOperations.LeadingZeroCount((uint)symbols);
        _radix = symbols > ShortWord;
        if (!_radix)
        {
            return;
        }

        // The longest key has the bits of any rank and of any position.
        _heads = new int[(31 + _positionBits + DigitBits - 1) / DigitBits * Digits];
        Array.Fill(_heads, -1);
        _occupied = new ulong[_heads.Length / 64];
        var chunks = (capacity / ChunkSize) + _heads.Length + 2;
        _keys = Scratch.Rent<ulong>(chunks * ChunkSize);
        _chunks = Scratch.Rent<Chunk>(chunks);
    }

    public void Add(int rank, int position)
    {
        var key = ((ulong)(uint)rank << _positionBits) | (uint)position;
        if (_radix && key >= _last)
        {
            _inBuckets++;
            Put(key);
        }
        else
        {
            _heap.Add(key);
        }
    }

    public bool TryTake(out int rank, out int position)
    {
        // What the heap holds beside buckets is smaller than anything in them.
        if (!_heap.TryTake(out var key) && !TryTakeFromBuckets(out key))
        {
            rank = position = 0;
            return false;
        }

        rank = (int)(key >> _positionBits);
        position = (int)(key & ((1UL << _positionBits) - 1));
        return true;
    }

    public readonly void Release()
    {
        _heap.Release();
        if (_radix)
        {
            Scratch.Return(_keys);
            Scratch.Return(_chunks);
        }
    }

    private void Put(ulong key)
    {
        var level = (63 - BitOperations.LeadingZeroCount((key ^ _last) | 1)) / DigitBits;
        var bucket = (level * Digits) + (int)((key >> (level * DigitBits)) & (Digits - 1));
        var chunk = _heads[bucket];
        if (chunk < 0 || _chunks[chunk].Count == ChunkSize)
        {
            var fresh = _free >= 0 ? _free : _used++;
            _free = fresh == _free ? _chunks[fresh].Next : _free;
            _chunks[fresh] = new Chunk(chunk, 0);
            _heads[bucket] = chunk = fresh;
            _occupied[bucket >> 6] |= 1UL << bucket;
        }

        _keys[(chunk * ChunkSize) + _chunks[chunk].Count++] = key;
    }

    private bool TryTakeFromBuckets(out ulong key)
    {
        key = 0;
        if (_inBuckets == 0)
        {
            return false;
        }

        while (true)
        {
            // Buckets are in order: lower levels first, and within a level lower digits.
            var word = _occupied.AsSpan().IndexOfAnyExcept(0UL);
            var bucket = (word << 6) + BitOperations.TrailingZeroCount(_occupied[word]);
            var chunk = _heads[bucket];
            if (bucket < Digits || (_chunks[chunk].Count == 1 && _chunks[chunk].Next < 0))
            {
                // All keys of a bucket on the lowest level are equal.
                key = _last = _keys[(chunk * ChunkSize) + --_chunks[chunk].Count];
                _inBuckets--;
                if (_chunks[chunk].Count == 0)
                {
                    SetHead(bucket, Free(chunk));
                }

                return true;
            }

            SetHead(bucket, -1);
            _last = Least(chunk);
            while (chunk >= 0)
            {
                foreach (var moved in _keys.AsSpan(chunk * ChunkSize, _chunks[chunk].Count))
                {
                    Put(moved);
                }

                chunk = Free(chunk);
            }
        }
    }

    private readonly void SetHead(int bucket, int chunk)
    {
        _heads[bucket] = chunk;
        if (chunk < 0)
        {
            _occupied[bucket >> 6] &= ~(1UL << bucket);
        }
    }

    /// <summary>Makes a chunk free.</summary>
    /// <returns>The one behind it.</returns>
    private int Free(int chunk)
    {
        var next = _chunks[chunk].Next;
        _chunks[chunk].Next = _free;
        _free = chunk;
        return next;
    }

    private readonly ulong Least(int chunk)
    {
        var least = ulong.MaxValue;
        for (; chunk >= 0; chunk = _chunks[chunk].Next)
        {
            foreach (var key in _keys.AsSpan(chunk * ChunkSize, _chunks[chunk].Count))
            {
                least = Math.Min(least, key);
            }
        }

        return least;
    }

    private struct Chunk(int next, int count)
    {
        public int Next = next;
        public int Count = count;
    }
}
