namespace Hybrid.Inference.Decoding;

/// <summary>The sequences that wait for a place, in the order in which they get one.</summary>
/// <remarks>
/// Those of normal priority come first, but after every three of them one of low priority, if one waits: so low ones never starve. They may
/// fill half of the line at most, so normal ones always find room. Guarded by its owner's lock.
/// </remarks>
internal sealed class WaitingLine(int most)
{
    private const int NormalPerLow = 3;

    private readonly LinkedList<Sequence> _normal = [];
    private readonly LinkedList<Sequence> _low = [];
    private readonly LinkedList<Sequence> _back = [];
    private int _normalSinceLow;

    public int Count => _normal.Count + _low.Count + _back.Count;

    /// <summary>Whose turn it is, or null.</summary>
    public Sequence? Next =>
        _back.First is { } back ? back.Value
        : _low.First is { } low && (_normal.First is null || _normalSinceLow >= NormalPerLow) ? low.Value
        : _normal.First?.Value;

    /// <exception cref="InferenceQueueFullException">Too many wait already.</exception>
    public void Add(Sequence sequence)
    {
        if (Count >= most || (sequence.Request.IsLowPriority && _low.Count >= Math.Max(1, most / 2)))
        {
            throw new InferenceQueueFullException(Count);
        }

        (sequence.Request.IsLowPriority ? _low : _normal).AddLast(sequence);
    }

    /// <summary>Puts back what had its turn and must begin again: it goes first.</summary>
    public void PutBack(Sequence sequence) => _back.AddFirst(sequence);

    /// <summary>Takes out <see cref="Next"/>.</summary>
    public void Take(Sequence next)
    {
        if (_back.Remove(next))
        {
            return;
        }

        if (_low.Remove(next))
        {
            _normalSinceLow = 0;
        }
        else if (_normal.Remove(next))
        {
            _normalSinceLow = _low.Count > 0 ? _normalSinceLow + 1 : 0;
        }
    }

    /// <summary>Takes out those whose callers gave up.</summary>
    public List<Sequence> RemoveCancelled()
    {
        var removed = new List<Sequence>();
        foreach (var line in (ReadOnlySpan<LinkedList<Sequence>>)[_normal, _low, _back])
        {
            for (var node = line.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Cancellation.IsCancellationRequested)
                {
                    line.Remove(node);
                    removed.Add(node.Value);
                }

                node = next;
            }
        }

        return removed;
    }

    /// <summary>Takes out all.</summary>
    public List<Sequence> RemoveAll()
    {
        List<Sequence> all = [.. _back, .. _normal, .. _low];
        _back.Clear();
        _normal.Clear();
        _low.Clear();
        return all;
    }
}
