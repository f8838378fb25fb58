namespace Hybrid.Inference.Constraints.Regular;

/// <summary>Collects the states of a <see cref="Dfa"/>; state 0 is the start.</summary>
internal sealed class DfaBuilder(int maxStates)
{
    private readonly List<bool> _accepting = [];
    private readonly List<List<(byte First, byte Last, int Target)>> _edges = [];

    /// <exception cref="LanguageTooLargeException">There are too many.</exception>
    public int AddState(bool accepting)
    {
        if (_accepting.Count >= maxStates)
        {
            throw new LanguageTooLargeException();
        }

        _accepting.Add(accepting);
        _edges.Add([]);
        return _accepting.Count - 1;
    }

    /// <summary>Adds an edge; the edges of a state come in the order of their bytes and do not overlap.</summary>
    public void AddEdge(int from, byte first, byte last, int target) => _edges[from].Add((first, last, target));

    /// <summary>Builds the automaton without the states that lead nowhere.</summary>
    public Dfa Build()
    {
        var alive = FindAlive();
        if (alive.Length == 0 || !alive[0])
        {
            return Dfa.Empty;
        }

        var names = new int[alive.Length];
        var count = 0;
        for (var state = 0; state < alive.Length; state++)
        {
            names[state] = alive[state] ? count++ : -1;
        }

        var starts = new int[count + 1];
        var accepting = new bool[count];
        var edges = new List<(byte First, byte Last, int Target)>();
        for (var state = 0; state < alive.Length; state++)
        {
            if (!alive[state])
            {
                continue;
            }

            accepting[names[state]] = _accepting[state];
            foreach (var edge in _edges[state])
            {
                if (!alive[edge.Target])
                {
                    continue;
                }

                var target = names[edge.Target];
                if (edges.Count > starts[names[state]] && edges[^1] is var previous && previous.Target == target && previous.Last + 1 == edge.First)
                {
                    edges[^1] = (previous.First, edge.Last, target);
                }
                else
                {
                    edges.Add((edge.First, edge.Last, target));
                }
            }

            starts[names[state] + 1] = edges.Count;
        }

        return new Dfa(starts, [.. edges], accepting);
    }

    private bool[] FindAlive()
    {
        var before = new List<int>[_accepting.Count];
        for (var state = 0; state < before.Length; state++)
        {
            before[state] = [];
        }

        for (var state = 0; state < before.Length; state++)
        {
            foreach (var edge in _edges[state])
            {
                before[edge.Target].Add(state);
            }
        }

        var alive = _accepting.ToArray();
        var work = new Stack<int>(Enumerable.Range(0, alive.Length).Where(state => alive[state]));
        while (work.TryPop(out var state))
        {
            foreach (var from in before[state])
            {
                if (!alive[from])
                {
                    alive[from] = true;
                    work.Push(from);
                }
            }
        }

        return alive;
    }
}
