namespace Hybrid.Inference.Constraints.Regular;

/// <summary>A deterministic automaton over bytes in which every state leads to an accepting one. Immutable.</summary>
internal sealed class Dfa
{
    private const int MaxProductStates = 20_000;

    private readonly int[] _starts;
    private readonly (byte First, byte Last, int Target)[] _edges;
    private readonly bool[] _accepting;

    /// <param name="starts">Where each state's edges begin, and where the last one's end.</param>
    /// <param name="edges">The edges, sorted within a state.</param>
    /// <param name="accepting">Whether a text may end in each state.</param>
    public Dfa(int[] starts, (byte First, byte Last, int Target)[] edges, bool[] accepting)
    {
        (_starts, _edges, _accepting) = (starts, edges, accepting);
    }

    /// <summary>Accepts nothing.</summary>
    public static Dfa Empty { get; } = new([0], [], []);

    /// <summary>Whether nothing is accepted; there is no state then, otherwise state 0 is the start.</summary>
    public bool IsEmpty => _accepting.Length == 0;

    public int States => _accepting.Length;

    public bool IsAccepting(int state) => _accepting[state];

    /// <summary>Whether a text that has come to the state may go on.</summary>
    public bool GoesOn(int state) => _starts[state + 1] > _starts[state];

    /// <summary>The state after a byte, or -1.</summary>
    public int Step(int state, byte value)
    {
        var (low, high) = (_starts[state], _starts[state + 1] - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            ref readonly var edge = ref _edges[middle];
            if (value < edge.First)
            {
                high = middle - 1;
            }
            else if (value > edge.Last)
            {
                low = middle + 1;
            }
            else
            {
                return edge.Target;
            }
        }

        return -1;
    }

    /// <summary>Whether a text is accepted.</summary>
    public bool Accepts(ReadOnlySpan<byte> text)
    {
        if (IsEmpty)
        {
            return false;
        }

        var state = 0;
        foreach (var value in text)
        {
            state = Step(state, value);
            if (state < 0)
            {
                return false;
            }
        }

        return _accepting[state];
    }

    /// <summary>What both accept.</summary>
    /// <exception cref="LanguageTooLargeException">It would be too large.</exception>
    public Dfa Intersect(Dfa other, WorkBudget budget) => Combine(other, keep: true, budget);

    /// <summary>What this one accepts and the other does not.</summary>
    /// <exception cref="LanguageTooLargeException">It would be too large.</exception>
    public Dfa Except(Dfa other, WorkBudget budget) => other.IsEmpty ? this : Combine(other, keep: false, budget);

    /// <summary>The accepted texts that are made of so many characters.</summary>
    /// <param name="character">What one character looks like; none is the beginning of another.</param>
    /// <param name="least">The fewest characters.</param>
    /// <param name="most">The most characters, or null.</param>
    /// <param name="budget">What it may cost.</param>
    /// <exception cref="LanguageTooLargeException">It would be too large.</exception>
    public Dfa WithLength(Dfa character, int least, int? most, WorkBudget budget)
    {
        if (IsEmpty || most < least)
        {
            return Empty;
        }

        var builder = new DfaBuilder(MaxProductStates);
        var ids = new Dictionary<(int, int, int), int>();
        var places = new List<(int State, int Within, int Count)>();
        Visit(0, 0, 0);
        for (var id = 0; id < places.Count; id++)
        {
            var (state, within, count) = places[id];
            for (var i = _starts[state]; i < _starts[state + 1]; i++)
            {
                var edge = _edges[i];
                for (int first = edge.First; first <= edge.Last;)
                {
                    budget.Spend(1);
                    var (target, last) = character.Stretch(within, first);
                    last = Math.Min(last, edge.Last);
                    if (target >= 0)
                    {
                        var whole = character._accepting[target];
                        if (!whole || most is null || count < most)
                        {
                            var next = whole ? most is null ? Math.Min(count + 1, least) : count + 1 : count;
                            builder.AddEdge(id, (byte)first, (byte)last, Visit(edge.Target, whole ? 0 : target, next));
                        }
                    }

                    first = last + 1;
                }
            }
        }

        return builder.Build();

        int Visit(int state, int within, int count)
        {
            if (!ids.TryGetValue((state, within, count), out var id))
            {
                id = builder.AddState(_accepting[state] && within == 0 && count >= least);
                ids.Add((state, within, count), id);
                places.Add((state, within, count));
            }

            return id;
        }
    }

    /// <summary>The same texts between two texts; the second must not begin as this one could go on where it may end.</summary>
    public Dfa Between(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        if (IsEmpty)
        {
            return this;
        }

        var builder = new DfaBuilder(int.MaxValue);
        for (var i = 0; i < before.Length; i++)
        {
            builder.AddState(false);
            builder.AddEdge(i, before[i], before[i], i + 1);
        }

        for (var state = 0; state < States; state++)
        {
            builder.AddState(_accepting[state] && after.IsEmpty);
        }

        var end = before.Length + States;
        for (var state = 0; state < States; state++)
        {
            var placed = after.IsEmpty || !_accepting[state];
            for (var i = _starts[state]; i < _starts[state + 1]; i++)
            {
                var edge = _edges[i];
                if (!placed && after[0] < edge.First)
                {
                    builder.AddEdge(before.Length + state, after[0], after[0], end);
                    placed = true;
                }

                builder.AddEdge(before.Length + state, edge.First, edge.Last, before.Length + edge.Target);
            }

            if (!placed)
            {
                builder.AddEdge(before.Length + state, after[0], after[0], end);
            }
        }

        for (var i = 0; i < after.Length; i++)
        {
            builder.AddState(i + 1 == after.Length);
            if (i + 1 < after.Length)
            {
                builder.AddEdge(end + i, after[i + 1], after[i + 1], end + i + 1);
            }
        }

        return builder.Build();
    }

    /// <summary>What either accepts; the two must differ in their first byte.</summary>
    public Dfa OrElse(Dfa other)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return IsEmpty ? other : this;
        }

        var builder = new DfaBuilder(int.MaxValue);
        builder.AddState(_accepting[0] || other._accepting[0]);
        foreach (var automaton in new[] { this, other })
        {
            for (var state = 0; state < automaton.States; state++)
            {
                builder.AddState(automaton._accepting[state]);
            }
        }

        var firsts = new List<(byte First, byte Last, int Target)>();
        foreach (var (automaton, shift) in new[] { (this, 1), (other, 1 + States) })
        {
            for (var state = 0; state < automaton.States; state++)
            {
                for (var i = automaton._starts[state]; i < automaton._starts[state + 1]; i++)
                {
                    var edge = automaton._edges[i];
                    builder.AddEdge(shift + state, edge.First, edge.Last, shift + edge.Target);
                    if (state == 0)
                    {
                        firsts.Add((edge.First, edge.Last, shift + edge.Target));
                    }
                }
            }
        }

        foreach (var (first, last, target) in firsts.OrderBy(edge => edge.First))
        {
            builder.AddEdge(0, first, last, target);
        }

        return builder.Build();
    }

    /// <summary>An automaton for a list of texts.</summary>
    /// <exception cref="LanguageTooLargeException">It would be too large.</exception>
    public static Dfa OfTexts(IEnumerable<byte[]> texts)
    {
        var children = new List<SortedDictionary<byte, int>> { new() };
        var ends = new HashSet<int>();
        foreach (var text in texts)
        {
            var node = 0;
            foreach (var value in text)
            {
                if (!children[node].TryGetValue(value, out var next))
                {
                    next = children.Count;
                    if (next >= MaxProductStates * 10)
                    {
                        throw new LanguageTooLargeException();
                    }

                    children[node].Add(value, next);
                    children.Add([]);
                }

                node = next;
            }

            ends.Add(node);
        }

        var builder = new DfaBuilder(int.MaxValue);
        for (var node = 0; node < children.Count; node++)
        {
            builder.AddState(ends.Contains(node));
            foreach (var (value, target) in children[node])
            {
                builder.AddEdge(node, value, value, target);
            }
        }

        return builder.Build();
    }

    private Dfa Combine(Dfa other, bool keep, WorkBudget budget)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return Empty;
        }

        var builder = new DfaBuilder(MaxProductStates);
        var ids = new Dictionary<(int, int), int>();
        var pairs = new List<(int Left, int Right)>();
        Visit(0, 0);
        for (var state = 0; state < pairs.Count; state++)
        {
            var (left, right) = pairs[state];
            for (var i = _starts[left]; i < _starts[left + 1]; i++)
            {
                var edge = _edges[i];
                // Cut the edge where the other automaton's answer changes.
                for (int first = edge.First; first <= edge.Last;)
                {
                    budget.Spend(1);
                    var (target, last) = right < 0 ? (-1, 255) : other.Stretch(right, first);
                    last = Math.Min(last, edge.Last);
                    if (target >= 0 || !keep)
                    {
                        builder.AddEdge(state, (byte)first, (byte)last, Visit(edge.Target, target));
                    }

                    first = last + 1;
                }
            }
        }

        return builder.Build();

        int Visit(int left, int right)
        {
            if (!ids.TryGetValue((left, right), out var id))
            {
                id = builder.AddState(_accepting[left] && (right >= 0 && other._accepting[right]) == keep);
                ids.Add((left, right), id);
                pairs.Add((left, right));
            }

            return id;
        }
    }

    /// <summary>The target of a byte and the last byte up to which it stays the same.</summary>
    private (int Target, int Last) Stretch(int state, int value)
    {
        for (var i = _starts[state]; i < _starts[state + 1]; i++)
        {
            var edge = _edges[i];
            if (value < edge.First)
            {
                return (-1, edge.First - 1);
            }

            if (value <= edge.Last)
            {
                return (edge.Target, edge.Last);
            }
        }

        return (-1, 255);
    }
}
