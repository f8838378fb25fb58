namespace Hybrid.Inference.Decoding;

/// <summary>The keys and values of the sequences that are being worked on.</summary>
/// <remarks>
/// Each tensor is one block [slots, heads, capacity, head size], so that neighbouring slots can be given to ONNX Runtime as one batch
/// without copying, and one slot alone as a batch of one. Owned by the decode loop; not thread safe.
/// </remarks>
internal sealed unsafe class KvArena(KvLayout layout) : IDisposable
{
    private readonly NativeBuffer?[] _tensors = new NativeBuffer?[layout.Tensors];

    /// <summary>The shape of what is kept.</summary>
    public KvLayout Layout => layout;

    /// <summary>How many sequences have room.</summary>
    public int Slots { get; private set; }

    /// <summary>How many tokens each slot has room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Changes whenever addresses do, so that bindings know when they are stale.</summary>
    public int Version { get; private set; }

    /// <summary>What is allocated, in bytes; committed only where written.</summary>
    public long Bytes => (long)Slots * Capacity * layout.TokenBytes;

    private long SlotBytes => layout.Heads * Capacity * layout.RowBytes;

    /// <summary>Where a slot begins in a tensor.</summary>
    public nint Address(int tensor, int slot) => _tensors[tensor]!.Address + (nint)(slot * SlotBytes);

    /// <summary>Gives the arena a new size and keeps the sequences' contents.</summary>
    /// <param name="slots">The new number of slots.</param>
    /// <param name="capacity">The new capacity; at least every kept length.</param>
    /// <param name="lengths">How many tokens to keep in each slot, from slot 0.</param>
    /// <exception cref="OutOfMemoryException">The system refuses the memory; the arena is then empty.</exception>
    public void Resize(int slots, int capacity, ReadOnlySpan<int> lengths)
    {
        if (slots == Slots && capacity == Capacity)
        {
            return;
        }

        // One tensor at a time: never more than one of them exists twice.
        var bytes = (long)slots * layout.Heads * capacity * layout.RowBytes;
        for (var tensor = 0; tensor < _tensors.Length; tensor++)
        {
            var old = _tensors[tensor];
            var grown = bytes == 0 ? null : new NativeBuffer(bytes);
            if (old is not null && grown is not null)
            {
                CopyTensor(old.Address, grown.Address, capacity, lengths);
            }

            _tensors[tensor] = grown;
            old?.Dispose();
        }

        (Slots, Capacity) = (slots, capacity);
        Version++;
    }

    /// <summary>Copies the first tokens of one slot over those of another.</summary>
    public void CopySlot(int from, int to, int tokens)
    {
        if (from == to)
        {
            return;
        }

        var bytes = tokens * layout.RowBytes;
        var stride = Capacity * layout.RowBytes;
        for (var tensor = 0; tensor < _tensors.Length; tensor++)
        {
            for (var head = 0; head < layout.Heads; head++)
            {
                Copy(Address(tensor, from) + (nint)(head * stride), Address(tensor, to) + (nint)(head * stride), bytes);
            }
        }
    }

    /// <summary>Copies the first tokens of a slot out, as [tensors, heads, tokens, head size].</summary>
    public void Save(int slot, int tokens, NativeBuffer target) => Exchange(slot, target.Address, tokens, tokens, intoArena: false);

    /// <summary>Copies the first tokens of a saved state into a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="source">What <see cref="Save"/> wrote.</param>
    /// <param name="savedTokens">How many tokens were saved.</param>
    /// <param name="tokens">How many of them to take.</param>
    public void Load(int slot, NativeBuffer source, int savedTokens, int tokens) =>
        Exchange(slot, source.Address, savedTokens, tokens, intoArena: true);

    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor?.Dispose();
        }

        Array.Clear(_tensors);
        (Slots, Capacity) = (0, 0);
    }

    private void Exchange(int slot, nint outside, int outsideTokens, int tokens, bool intoArena)
    {
        var bytes = tokens * layout.RowBytes;
        for (var tensor = 0; tensor < _tensors.Length; tensor++)
        {
            for (var head = 0; head < layout.Heads; head++)
            {
                var inside = Address(tensor, slot) + (nint)(head * Capacity * layout.RowBytes);
                var (from, to) = intoArena ? (outside, inside) : (inside, outside);
                Copy(from, to, bytes);
                outside += (nint)(outsideTokens * layout.RowBytes);
            }
        }
    }

    private void CopyTensor(nint from, nint to, int newCapacity, ReadOnlySpan<int> lengths)
    {
        for (var slot = 0; slot < lengths.Length; slot++)
        {
            for (var head = 0; head < layout.Heads; head++)
            {
                var row = ((long)slot * layout.Heads) + head;
                Copy(
                    from + (nint)(row * Capacity * layout.RowBytes),
                    to + (nint)(row * newCapacity * layout.RowBytes),
                    lengths[slot] * layout.RowBytes);
            }
        }
    }

    private static void Copy(nint from, nint to, long bytes) => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
}
