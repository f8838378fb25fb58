using System.Runtime.CompilerServices;
using Hybrid.Inference.Constraints.Grammars;

namespace Hybrid.Inference.Constraints.Tokens;

/// <summary>A grammar over a vocabulary: which tokens may follow in each state, worked out when first asked for.</summary>
/// <remarks>Shared by the sequences of one model that are held to the same grammar. Not thread safe: the decode loop owns it.</remarks>
internal sealed class TokenTable
{
    /// <summary>Above this what was worked out is forgotten and begun again.</summary>
    private const long MaxBytes = 8L << 20;

    /// <summary>
    /// What finding out one state's tokens may cost beyond its single bytes. A hostile schema exceeds it; then longer tokens are left out,
    /// which a text can do without.
    /// </summary>
    private const int MaxWork = 200_000;

    private const int MaxNewStates = 2_048;

    private readonly TokenTrie _trie;
    private readonly int[] _endTokens;
    private readonly GrammarAutomaton _automaton;
    private readonly GrammarState?[] _path;
    private long _maskBytes;

    public TokenTable(Grammar grammar, TokenTrie trie, IEnumerable<int> endTokens)
    {
        _trie = trie;
        _endTokens = [.. endTokens.Where(token => token < trie.VocabularySize)];
        _automaton = new GrammarAutomaton(grammar);
        _path = new GrammarState?[trie.Depths.Length == 0 ? 1 : trie.Depths.Max() + 1];
        HasFreeNames = grammar.HasFreeNames;
    }

    /// <summary>Whether repeated names must be looked for.</summary>
    public bool HasFreeNames { get; }

    /// <summary>Changes when states from before must be taken over with <see cref="Adopt"/>.</summary>
    public int Generation { get; private set; }

    /// <summary>How many states' tokens were worked out so far.</summary>
    public int Masks { get; private set; }

    public GrammarState Start => _automaton.Start;

    public TokenTrie Trie => _trie;

    /// <summary>A state from an earlier generation in this one.</summary>
    public GrammarState Adopt(GrammarState state) => _automaton.Adopt(state);

    /// <summary>The state after a token's bytes, or null where they cannot follow.</summary>
    public GrammarState? Step(GrammarState state, ReadOnlySpan<byte> bytes)
    {
        GrammarState? next = state;
        foreach (var value in bytes)
        {
            next = _automaton.Step(next, value);
            if (next is null)
            {
                break;
            }
        }

        return next;
    }

    /// <summary>The tokens that may follow, one bit each.</summary>
    /// <param name="state">The state; its new self where this begins a new generation.</param>
    public ulong[] MaskOf(ref GrammarState state)
    {
        if (state.Mask is null)
        {
            if (_automaton.Bytes + _maskBytes > MaxBytes)
            {
                state = _automaton.Forget(state);
                _maskBytes = 0;
                Generation++;
            }

            var alike = _automaton.Alike(state, _path.Length - 1);
            if (alike.Mask is null)
            {
                alike.Mask = Build(alike);
                Masks++;
                _maskBytes += alike.Mask.Length * sizeof(ulong);
            }

            state.Mask = alike.Mask;
        }

        return state.Mask;
    }

    /// <summary>Forbids every token that begins with some bytes.</summary>
    public void Forbid(ReadOnlySpan<byte> beginning, Span<ulong> mask)
    {
        var (node, end) = (0, _trie.Nodes);
        for (var i = 0; i < beginning.Length; i++)
        {
            while (node < end && _trie.Values[node] != beginning[i])
            {
                node = _trie.Ends[node];
            }

            if (node >= end)
            {
                return;
            }

            end = _trie.Ends[node];
            if (i + 1 < beginning.Length)
            {
                node++;
            }
        }

        for (var i = _trie.FirstTokens[node]; i < _trie.FirstTokens[end]; i++)
        {
            var token = _trie.Tokens[i];
            mask[token >> 6] &= ~(1UL << (token & 63));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong[] Build(GrammarState state)
    {
        var mask = new ulong[(_trie.VocabularySize + 63) >> 6];
        var (values, depths, ends, plain) = (_trie.Values, _trie.Depths, _trie.Ends, _trie.IsPlain);
        var (firsts, tokens, path) = (_trie.FirstTokens, _trie.Tokens, _path);
        path[0] = state;
        for (var node = 0; node < values.Length; node = ends[node])
        {
            _automaton.Step(state, values[node]);
        }

        var (mostWork, mostStates) = (_automaton.Work + MaxWork, _automaton.States + MaxNewStates);
        for (var node = 0; node < values.Length;)
        {
            var depth = depths[node];
            var from = path[depth - 1]!;
            if (plain[node] && _automaton.TakesPlainText(from))
            {
                Allow(mask, tokens.AsSpan(firsts[node]..firsts[ends[node]]));
                node = ends[node];
                continue;
            }

            var isAffordable = _automaton.Work < mostWork && _automaton.States < mostStates;
            var next = isAffordable || GrammarAutomaton.Knows(from, values[node]) ? _automaton.Step(from, values[node]) : null;
            if (next is null)
            {
                node = ends[node];
                continue;
            }

            path[depth] = next;
            node++;
            Allow(mask, tokens.AsSpan(firsts[node - 1]..firsts[node]));
        }

        if (state.IsAccepting)
        {
            Allow(mask, _endTokens);
        }

        Array.Clear(path);
        return mask;
    }

    private static void Allow(ulong[] mask, ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            mask[token >> 6] |= 1UL << (token & 63);
        }
    }
}
