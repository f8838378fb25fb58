using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Grammars;

/// <summary>Runs a grammar over bytes, remembering every state it came through.</summary>
/// <remarks>
/// A state is a set of stacks, because a schema may leave open which alternative a text belongs to. Every stack can be completed by itself
/// (terminals have no dead ends, and what needs more brackets than are left is never begun), so forgetting some where there are too many
/// loses texts but never strands one. Not thread safe.
/// </remarks>
internal sealed class GrammarAutomaton(Grammar grammar)
{
    private const int MaxThreads = 128;

    /// <summary>What one closure may visit once it has found a way to go on.</summary>
    private const int MaxVisits = 20_000;

    /// <summary>Stands for a byte that cannot follow.</summary>
    private static readonly GrammarState Dead = new([], false);

    private readonly Dictionary<(int Node, int Progress, Frame? Parent), Frame> _frames = [];
    private readonly Dictionary<int[], GrammarState> _states = new(IntSequenceComparer.Instance);

    // One closure's work: a node to begin above a frame, or (node -1) a frame whose child is done.
    private readonly Stack<(int Node, Frame? Frame)> _work = new();
    private readonly HashSet<(int Node, Frame? Frame)> _visited = [];
    private readonly List<Frame> _threads = [];
    private readonly HashSet<Frame> _present = [];
    private bool _accepting;
    private GrammarState? _start;

    /// <summary>How much is remembered, roughly in bytes, token masks not counted.</summary>
    public long Bytes => (_states.Count * 2_300L) + (_frames.Count * 150L);

    /// <summary>Steps of single stacks taken so far: what the work has cost.</summary>
    public long Work { get; private set; }

    /// <summary>How many states are remembered.</summary>
    public int States => _states.Count;

    /// <summary>Where every text starts.</summary>
    public GrammarState Start
    {
        get
        {
            if (_start is null)
            {
                Begin(grammar.Root, null);
                Close();
                _start = Finish();
            }

            return _start;
        }
    }

    /// <summary>The state after a byte, or null where the byte cannot follow.</summary>
    public GrammarState? Step(GrammarState state, byte value)
    {
        var next = (state.Next ??= new GrammarState?[256])[value] ??= Advance(state, value);
        return next == Dead ? null : next;
    }

    /// <summary>Whether a byte is printable ASCII that JSON strings hold as it is.</summary>
    public static bool IsPlainText(byte value) => value is >= (byte)' ' and <= (byte)'~' and not ((byte)'"' or (byte)'\\');

    /// <summary>Whether every byte of plain text leads from a state back to it.</summary>
    public bool TakesPlainText(GrammarState state)
    {
        if (state.TakesPlainText is { } known)
        {
            return known;
        }

        var takes = true;
        for (var value = (byte)' '; takes && value <= (byte)'~'; value++)
        {
            takes = !IsPlainText(value) || Step(state, value) == state;
        }

        state.TakesPlainText = takes;
        return takes;
    }

    /// <summary>Whether the state after a byte is known already.</summary>
    public static bool Knows(GrammarState state, byte value) => state.Next?[value] is not null;

    /// <summary>Forgets everything but one state.</summary>
    /// <returns>That state's new self.</returns>
    public GrammarState Forget(GrammarState state)
    {
        _frames.Clear();
        _states.Clear();
        _start = null;
        return Adopt(state);
    }

    /// <summary>Takes over a state from before <see cref="Forget"/>.</summary>
    public GrammarState Adopt(GrammarState state)
    {
        foreach (var thread in state.Threads)
        {
            _threads.Add(Copy(thread));
        }

        _accepting = state.IsAccepting;
        return Finish();
    }

    /// <summary>
    /// A state from which the same texts of up to so many bytes go on: repetitions that are far from both of their bounds are counted alike.
    /// </summary>
    public GrammarState Alike(GrammarState state, int bytes)
    {
        foreach (var thread in state.Threads)
        {
            var copy = Copy(thread, bytes);
            if (_present.Add(copy))
            {
                _threads.Add(copy);
            }
        }

        _accepting = state.IsAccepting;
        return Finish();
    }

    private Frame Copy(Frame frame, int? reach = null)
    {
        var chain = new Stack<Frame>();
        for (var at = frame; at is not null; at = at.Parent)
        {
            chain.Push(at);
        }

        Frame? copy = null;
        foreach (var at in chain)
        {
            copy = Intern(at.Node, reach is null ? at.Progress : RoundCount(grammar.Nodes[at.Node], at.Progress, reach.Value), copy);
        }

        return copy!;
    }

    /// <summary>Puts a count of repetitions that no bound is near to at the place that stands for all such.</summary>
    private static int RoundCount(GrammarNode node, int count, int reach)
    {
        if (node.Kind != GrammarNodeKind.Repeat)
        {
            return count;
        }

        // Every repetition takes a byte at least.
        return count < node.Least ? (node.Least - count > reach ? 0 : count)
            : node.Most is { } most && most - count > reach ? node.Least
            : count;
    }

    private GrammarState Advance(GrammarState state, byte value)
    {
        Work += state.Threads.Length;
        foreach (var thread in state.Threads)
        {
            var language = grammar.Nodes[thread.Node].Language!;
            var next = language.Step(thread.Progress, value);
            if (next >= 0)
            {
                Reach(thread.Node, language, next, thread.Parent);
            }
        }

        Close();
        return _threads.Count == 0 && !_accepting ? Dead : Finish();
    }

    /// <summary>Turns what was collected into a state.</summary>
    private GrammarState Finish()
    {
        var key = new int[_threads.Count + 1];
        for (var i = 0; i < _threads.Count; i++)
        {
            key[i] = _threads[i].Id;
        }

        key[^1] = _accepting ? -1 : -2;
        if (!_states.TryGetValue(key, out var state))
        {
            state = new GrammarState([.. _threads], _accepting);
            _states.Add(key, state);
        }

        _threads.Clear();
        _present.Clear();
        _visited.Clear();
        _work.Clear();
        _accepting = false;
        return state;
    }

    private void Close()
    {
        var visits = 0;
        while (_work.TryPop(out var item))
        {
            if (_threads.Count >= MaxThreads || (++visits > MaxVisits && (_threads.Count > 0 || _accepting)))
            {
                break;
            }

            Work++;
            if (item.Node >= 0)
            {
                Expand(item.Node, item.Frame);
            }
            else
            {
                Return(item.Frame);
            }
        }

        _work.Clear();
        _visited.Clear();
    }

    /// <summary>Notes a terminal's state as a way to go on, and that the terminal may be done.</summary>
    private void Reach(int node, Dfa language, int state, Frame? parent)
    {
        if (language.GoesOn(state))
        {
            var thread = Intern(node, state, parent);
            if (_threads.Count < MaxThreads && _present.Add(thread))
            {
                _threads.Add(thread);
            }
        }

        if (language.IsAccepting(state))
        {
            Done(parent);
        }
    }

    private void Begin(int node, Frame? parent)
    {
        if (grammar.Depths[node] is var depth && depth != Grammar.Impossible && depth + (parent?.Depth ?? 0) <= Grammar.MaxDepth
            && _visited.Add((node, parent)))
        {
            _work.Push((node, parent));
        }
    }

    private void Done(Frame? frame)
    {
        if (_visited.Add((-1, frame)))
        {
            _work.Push((-1, frame));
        }
    }

    private void Expand(int id, Frame? parent)
    {
        var node = grammar.Nodes[id];
        switch (node.Kind)
        {
            case GrammarNodeKind.Terminal:
                Reach(id, node.Language!, 0, parent);
                break;
            case GrammarNodeKind.Sequence:
                Continue(id, node, 0, parent);
                break;
            case GrammarNodeKind.Choice:
                // Backwards, so that the first is worked on first.
                for (var i = node.Children.Length - 1; i >= 0; i--)
                {
                    Begin(node.Children[i], parent);
                }

                break;
            case GrammarNodeKind.Repeat:
                Iterate(id, node, 0, parent);
                break;
            case GrammarNodeKind.Nest:
                Begin(node.Children[0], Intern(id, 0, parent));
                break;
            default:
                Begin(node.Children[0], parent);
                break;
        }
    }

    private void Return(Frame? frame)
    {
        if (frame is null)
        {
            _accepting = true;
            return;
        }

        var node = grammar.Nodes[frame.Node];
        switch (node.Kind)
        {
            case GrammarNodeKind.Sequence:
                Continue(frame.Node, node, frame.Progress, frame.Parent);
                break;
            case GrammarNodeKind.Repeat:
                Iterate(frame.Node, node, frame.Progress, frame.Parent);
                break;
            default:
                Done(frame.Parent);
                break;
        }
    }

    private void Continue(int id, GrammarNode node, int child, Frame? parent)
    {
        if (child == node.Children.Length)
        {
            Done(parent);
            return;
        }

        // The last child returns to the parent itself, which keeps stacks short.
        Begin(node.Children[child], child + 1 < node.Children.Length ? Intern(id, child + 1, parent) : parent);
    }

    private void Iterate(int id, GrammarNode node, int done, Frame? parent)
    {
        if (done >= node.Least)
        {
            Done(parent);
        }

        if (node.Most is null || done < node.Most)
        {
            // Without an upper bound, counting beyond the least would only tell states apart that are alike.
            Begin(node.Children[0], Intern(id, node.Most is null ? Math.Min(done + 1, node.Least) : done + 1, parent));
        }
    }

    private Frame Intern(int node, int progress, Frame? parent)
    {
        if (!_frames.TryGetValue((node, progress, parent), out var frame))
        {
            var depth = (parent?.Depth ?? 0) + (grammar.Nodes[node].Kind == GrammarNodeKind.Nest ? 1 : 0);
            frame = new Frame(node, progress, parent, depth, _frames.Count);
            _frames.Add((node, progress, parent), frame);
        }

        return frame;
    }
}
