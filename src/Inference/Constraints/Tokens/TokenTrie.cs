using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference.Constraints.Tokens;

/// <summary>The bytes of a vocabulary's tokens as a tree, laid out in the order of a walk through it. Immutable.</summary>
/// <remarks>Added and special tokens and tokens without bytes are left out: they never stand within a constrained answer.</remarks>
internal sealed class TokenTrie
{
    /// <summary>
    /// Longer tokens (runs of spaces and of marks, mostly) are left out too: shorter ones spell the same, and what is near a bound of
    /// length must be worked out only within this distance.
    /// </summary>
    private const int LongestToken = 32;

    private readonly byte[][] _bytes;

    private TokenTrie(byte[][] bytes, int[] tokens, byte[] values, ushort[] depths, int[] ends, int[] firstTokens, int vocabularySize)
    {
        IsPlain = FindPlain(values, ends);
        _bytes = bytes;
        Tokens = tokens;
        Values = values;
        Depths = depths;
        Ends = ends;
        FirstTokens = firstTokens;
        VocabularySize = vocabularySize;
    }

    /// <summary>How many tokens the model scores.</summary>
    public int VocabularySize { get; }

    /// <summary>The tokens in the order of their bytes.</summary>
    public int[] Tokens { get; }

    /// <summary>Each node's byte.</summary>
    public byte[] Values { get; }

    /// <summary>Each node's depth, from 1.</summary>
    public ushort[] Depths { get; }

    /// <summary>The node after each node's last descendant.</summary>
    public int[] Ends { get; }

    /// <summary>Where the tokens of each node, and behind them those of its descendants, begin in <see cref="Tokens"/>; one more at the end.</summary>
    public int[] FirstTokens { get; }

    /// <summary>Whether each node and its descendants are plain text.</summary>
    public bool[] IsPlain { get; }

    public int Nodes => Values.Length;

    /// <summary>A token's bytes; none for a token that is not in the tree.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => (uint)token < (uint)_bytes.Length ? _bytes[token] : default;

    /// <summary>Lays out a tokenizer's vocabulary.</summary>
    /// <exception cref="NotSupportedException">Its tokens cannot spell every JSON text, or their texts depend on their neighbours.</exception>
    public static TokenTrie Build(ModelTokenizer tokenizer, IReadOnlySet<int> endTokens, int vocabularySize)
    {
        var added = tokenizer.AddedTokens.Select(token => token.Id).ToHashSet();
        var bytes = new byte[Math.Min(tokenizer.VocabularySize, vocabularySize)][];
        for (var token = 0; token < bytes.Length; token++)
        {
            bytes[token] = added.Contains(token) || endTokens.Contains(token) ? [] : tokenizer.TokenBytes(token);
        }

        RefuseIncomplete(tokenizer, bytes);
        var tokens = Enumerable.Range(0, bytes.Length).Where(token => bytes[token].Length is > 0 and <= LongestToken).ToArray();
        Array.Sort(tokens, (left, right) => bytes[left].AsSpan().SequenceCompareTo(bytes[right]) is var order and not 0 ? order : left - right);
        return LayOut(bytes, tokens, vocabularySize);
    }

    private static TokenTrie LayOut(byte[][] bytes, int[] tokens, int vocabularySize)
    {
        var values = new List<byte>();
        var depths = new List<ushort>();
        var firsts = new List<int>();
        var previous = Array.Empty<byte>();
        for (var i = 0; i < tokens.Length; i++)
        {
            var current = bytes[tokens[i]];
            for (var depth = current.AsSpan().CommonPrefixLength(previous); depth < current.Length; depth++)
            {
                values.Add(current[depth]);
                depths.Add((ushort)(depth + 1));
                firsts.Add(i);
            }

            previous = current;
        }

        firsts.Add(tokens.Length);
        // A node's descendants end where the next node of its depth or above stands.
        var ends = new int[values.Count];
        var open = new Stack<int>();
        for (var node = 0; node < ends.Length; node++)
        {
            while (open.TryPeek(out var top) && depths[top] >= depths[node])
            {
                ends[open.Pop()] = node;
            }

            open.Push(node);
        }

        while (open.TryPop(out var top))
        {
            ends[top] = ends.Length;
        }

        return new TokenTrie(bytes, tokens, [.. values], [.. depths], ends, [.. firsts], vocabularySize);
    }

    private static bool[] FindPlain(byte[] values, int[] ends)
    {
        var plain = new bool[values.Length];
        // Backwards, so that a node's children are known before it.
        for (var node = values.Length - 1; node >= 0; node--)
        {
            plain[node] = Grammars.GrammarAutomaton.IsPlainText(values[node]);
            for (var child = node + 1; plain[node] && child < ends[node]; child = ends[child])
            {
                plain[node] = plain[child];
            }
        }

        return plain;
    }

    /// <summary>Every byte of UTF-8 text needs a token of its own, or an answer could get stuck.</summary>
    private static void RefuseIncomplete(ModelTokenizer tokenizer, byte[][] bytes)
    {
        var single = new int[256];
        Array.Fill(single, -1);
        for (var token = 0; token < bytes.Length; token++)
        {
            if (bytes[token].Length == 1)
            {
                single[bytes[token][0]] = token;
            }
        }

        for (var value = 0; value < 256; value++)
        {
            // JSON has no other control characters; C0, C1 and F5 to FF never stand in UTF-8.
            var isNeeded = value is '\n' or (>= ' ' and <= 0x7E) or (>= 0x80 and <= 0xBF) or (>= 0xC2 and <= 0xF4);
            if (isNeeded && single[value] < 0)
            {
                throw new NotSupportedException($"This model's tokenizer has no token for the byte 0x{value:X2} alone, so JSON cannot be promised; use another model.");
            }
        }

        // "{", each character and "}" must decode to just that, or tokens change with their neighbours.
        for (var value = ' '; value <= '~'; value++)
        {
            if (tokenizer.Decode([single['{'], single[value], single['}']]) != $"{{{value}}}")
            {
                throw new NotSupportedException("This model's tokenizer decodes tokens differently beside others, so JSON cannot be promised; use another model.");
            }
        }
    }
}
