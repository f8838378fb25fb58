namespace Hybrid.Inference.Constraints.Regular;

/// <summary>A nondeterministic automaton over bytes, on the way from a <see cref="Regex"/> to a <see cref="Dfa"/>.</summary>
internal sealed class ByteNfa
{
    /// <summary>Above this an expression is refused: the largest useful ones, bounded repetitions of wide classes, stay below.</summary>
    private const int MaxStates = 60_000;

    private const int MaxDfaStates = 20_000;

    private readonly List<List<(byte First, byte Last, int Target)>> _edges = [];
    private readonly List<List<int>> _free = [];
    private readonly List<int> _atStart = [];
    private readonly List<int> _atEnd = [];
    private readonly int _end;
    private readonly HashSet<int> _marks = [];
    private readonly Stack<int> _work = new();
    private readonly WorkBudget _budget;

    private ByteNfa(Regex expression, WorkBudget budget)
    {
        _budget = budget;
        var start = NewState();
        _end = Add(expression, start);
    }

    /// <summary>The deterministic automaton of an expression.</summary>
    /// <exception cref="LanguageTooLargeException">It would be too large.</exception>
    public static Dfa ToDfa(Regex expression, WorkBudget budget) => new ByteNfa(expression, budget).Determinize();

    private int NewState()
    {
        if (_edges.Count >= MaxStates)
        {
            throw new LanguageTooLargeException();
        }

        _budget.Spend(1);
        _edges.Add([]);
        _free.Add([]);
        _atStart.Add(-1);
        _atEnd.Add(-1);
        return _edges.Count - 1;
    }

    /// <summary>Adds an expression behind a state; gives the state after it.</summary>
    private int Add(Regex expression, int from)
    {
        switch (expression)
        {
            case Regex.Range range:
                var after = NewState();
                _edges[from].Add((range.First, range.Last, after));
                return after;
            case Regex.Sequence sequence:
                foreach (var item in sequence.Items)
                {
                    from = Add(item, from);
                }

                return from;
            case Regex.Choice choice:
                var joined = NewState();
                foreach (var item in choice.Items)
                {
                    var branch = NewState();
                    _free[from].Add(branch);
                    _free[Add(item, branch)].Add(joined);
                }

                return joined;
            case Regex.Repeat repeat:
                return AddRepeat(repeat, from);
            case Regex.Anchor anchor:
                var behind = NewState();
                (anchor.AtEnd ? _atEnd : _atStart)[from] = behind;
                // A state of its own: one state has room for one anchor.
                var next = NewState();
                _free[behind].Add(next);
                return next;
            default:
                throw new InvalidOperationException($"{expression.GetType().Name} is no expression.");
        }
    }

    private int AddRepeat(Regex.Repeat repeat, int from)
    {
        for (var i = 0; i < repeat.Least; i++)
        {
            from = Isolated(repeat.Item, from);
        }

        if (repeat.Most is null)
        {
            var loop = NewState();
            _free[from].Add(loop);
            _free[Isolated(repeat.Item, loop)].Add(loop);
            var after = NewState();
            _free[loop].Add(after);
            return after;
        }

        var end = NewState();
        _free[from].Add(end);
        for (var i = repeat.Least; i < repeat.Most; i++)
        {
            from = Isolated(repeat.Item, from);
            _free[from].Add(end);
        }

        return end;
    }

    private int Isolated(Regex item, int from)
    {
        var start = NewState();
        _free[from].Add(start);
        return Add(item, start);
    }

    private Dfa Determinize()
    {
        var builder = new DfaBuilder(MaxDfaStates);
        var ids = new Dictionary<int[], int>(IntSequenceComparer.Instance);
        var sets = new List<int[]>();
        Visit(Close([0], atStart: true, atEnd: false), Accepts([0], atStart: true));
        for (var state = 0; state < sets.Count; state++)
        {
            foreach (var (first, last, targets) in Split(sets[state]))
            {
                var next = Close(targets, atStart: false, atEnd: false);
                builder.AddEdge(state, first, last, Visit(next, Accepts(targets, atStart: false)));
            }
        }

        return builder.Build();

        int Visit(int[] set, bool accepting)
        {
            if (!ids.TryGetValue(set, out var id))
            {
                id = builder.AddState(accepting);
                ids.Add(set, id);
                sets.Add(set);
            }

            return id;
        }
    }

    private bool Accepts(ReadOnlySpan<int> states, bool atStart) => Array.BinarySearch(Close(states, atStart, atEnd: true), _end) >= 0;

    /// <summary>All states reached without taking a byte, sorted.</summary>
    private int[] Close(ReadOnlySpan<int> states, bool atStart, bool atEnd)
    {
        _marks.Clear();
        foreach (var state in states)
        {
            Mark(state);
        }

        while (_work.TryPop(out var state))
        {
            foreach (var free in _free[state])
            {
                Mark(free);
            }

            if (atStart)
            {
                Mark(_atStart[state]);
            }

            if (atEnd)
            {
                Mark(_atEnd[state]);
            }
        }

        var all = _marks.ToArray();
        Array.Sort(all);
        _budget.Spend(all.Length);
        return all;

        void Mark(int state)
        {
            if (state >= 0 && _marks.Add(state))
            {
                _work.Push(state);
            }
        }
    }

    /// <summary>The bytes that leave a set, in stretches that all lead to the same states.</summary>
    private List<(byte First, byte Last, int[] Targets)> Split(int[] set)
    {
        var edges = new List<(byte First, byte Last, int Target)>();
        var cuts = new SortedSet<int>();
        foreach (var state in set)
        {
            foreach (var edge in _edges[state])
            {
                edges.Add(edge);
                cuts.Add(edge.First);
                cuts.Add(edge.Last + 1);
            }
        }

        var stretches = new List<(byte, byte, int[])>();
        var borders = cuts.ToArray();
        for (var i = 0; i + 1 < borders.Length; i++)
        {
            var first = borders[i];
            var targets = edges.Where(edge => edge.First <= first && first <= edge.Last).Select(edge => edge.Target).Distinct().ToArray();
            if (targets.Length > 0)
            {
                stretches.Add(((byte)first, (byte)(borders[i + 1] - 1), targets));
            }

            _budget.Spend(edges.Count);
        }

        return stretches;
    }
}
