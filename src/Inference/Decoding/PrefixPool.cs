namespace Hybrid.Inference.Decoding;

/// <summary>Remembers the states of finished sequences, so that the next turn of a chat or a shared system prompt costs only its new tokens.</summary>
/// <remarks>Bounded in bytes; the entry longest unused goes first. Owned by the decode loop; not thread safe.</remarks>
internal sealed class PrefixPool(KvLayout layout) : IDisposable
{
    // Most recently used last.
    private readonly List<PrefixEntry> _entries = [];

    /// <summary>What is kept, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many beginnings are kept.</summary>
    public int Count => _entries.Count;

    /// <summary>The entry that shares the longest beginning with a prompt, and how many tokens that is; 0 and null when none does.</summary>
    public (PrefixEntry? Entry, int Tokens) Find(ReadOnlySpan<int> prompt, bool longRope)
    {
        PrefixEntry? best = null;
        var length = 0;
        foreach (var entry in _entries)
        {
            var common = entry.LongRope == longRope ? prompt.CommonPrefixLength(entry.Tokens) : 0;
            if (common > length)
            {
                (best, length) = (entry, common);
            }
        }

        if (best is not null)
        {
            _entries.Remove(best);
            _entries.Add(best);
        }

        return (best, length);
    }

    /// <summary>Remembers a slot's state, as much of its beginning as the limit allows.</summary>
    /// <param name="arena">Where the state is.</param>
    /// <param name="slot">In which slot.</param>
    /// <param name="tokens">The tokens whose state the slot holds.</param>
    /// <param name="longRope">With which rotary factors.</param>
    /// <param name="limitBytes">What the pool may hold after this.</param>
    public void Remember(KvArena arena, int slot, ReadOnlySpan<int> tokens, bool longRope, long limitBytes)
    {
        var fitting = (int)Math.Min(tokens.Length, Math.Max(0, limitBytes) / layout.TokenBytes);
        if (fitting == 0)
        {
            return;
        }

        tokens = tokens[..fitting];
        foreach (var entry in _entries)
        {
            if (entry.LongRope == longRope && entry.Tokens.AsSpan().StartsWith(tokens))
            {
                return;
            }
        }

        // What the new state continues is no longer needed by itself.
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].LongRope == longRope && tokens.StartsWith(_entries[i].Tokens))
            {
                Forget(i);
            }
        }

        var bytes = fitting * layout.TokenBytes;
        Trim(limitBytes - bytes);
        var state = new NativeBuffer(bytes);
        arena.Save(slot, fitting, state);
        _entries.Add(new PrefixEntry(tokens.ToArray(), longRope, state));
        Bytes += bytes;
    }

    /// <summary>Forgets the entries longest unused until the rest fits.</summary>
    public void Trim(long limitBytes)
    {
        while (Bytes > limitBytes && _entries.Count > 0)
        {
            Forget(0);
        }
    }

    public void Dispose() => Trim(-1);

    private void Forget(int index)
    {
        Bytes -= _entries[index].State.Bytes;
        _entries[index].Dispose();
        _entries.RemoveAt(index);
    }
}
