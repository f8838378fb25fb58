namespace Hybrid.Inference.Constraints.Regular;

/// <summary>A set of Unicode characters (surrogates are none). Immutable.</summary>
internal sealed class CodePointSet
{
    private const int Last = 0x10FFFF;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    private readonly List<(int First, int Last)> _ranges;

    private CodePointSet(List<(int First, int Last)> ranges) => _ranges = ranges;

    public static CodePointSet All { get; } = Of((0, Last));

    public static CodePointSet Digits { get; } = Of(('0', '9'));

    public static CodePointSet WordCharacters { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary>ECMAScript's white space and line terminators.</summary>
    public static CodePointSet WhiteSpace { get; } = Of(
        ('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>ECMAScript's line terminators, which a dot does not match.</summary>
    public static CodePointSet LineTerminators { get; } = Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029));

    public IReadOnlyList<(int First, int Last)> Ranges => _ranges;

    public static CodePointSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted);
        var merged = new List<(int First, int Last)>();
        foreach (var (first, last) in sorted)
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new CodePointSet(merged);
    }

    public CodePointSet Union(CodePointSet other) => Of([.. _ranges, .. other._ranges]);

    public CodePointSet Complement()
    {
        var rest = new List<(int First, int Last)>();
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next)
            {
                rest.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= Last)
        {
            rest.Add((next, Last));
        }

        return new CodePointSet(rest);
    }

    /// <summary>The characters' UTF-8.</summary>
    public Regex ToUtf8()
    {
        var choices = new List<Regex>();
        foreach (var (first, last) in _ranges)
        {
            AddUtf8(first, Math.Min(last, FirstSurrogate - 1), choices);
            AddUtf8(Math.Max(first, LastSurrogate + 1), last, choices);
        }

        return choices.Count == 1 ? choices[0] : new Regex.Choice(choices);
    }

    /// <summary>Cuts a range so that within each part every byte varies on its own.</summary>
    private static void AddUtf8(int first, int last, List<Regex> choices)
    {
        if (first > last)
        {
            return;
        }

        foreach (var border in (ReadOnlySpan<int>)[0x7F, 0x7FF, 0xFFFF])
        {
            if (first <= border && border < last)
            {
                AddUtf8(first, border, choices);
                AddUtf8(border + 1, last, choices);
                return;
            }
        }

        var length = first <= 0x7F ? 1 : first <= 0x7FF ? 2 : first <= 0xFFFF ? 3 : 4;
        for (var i = 1; i < length; i++)
        {
            var low = (1 << (6 * i)) - 1;
            if ((first & ~low) == (last & ~low))
            {
                continue;
            }

            if ((first & low) != 0)
            {
                AddUtf8(first, first | low, choices);
                AddUtf8((first | low) + 1, last, choices);
                return;
            }

            if ((last & low) != low)
            {
                AddUtf8(first, (last & ~low) - 1, choices);
                AddUtf8(last & ~low, last, choices);
                return;
            }
        }

        Span<byte> from = stackalloc byte[4];
        Span<byte> to = stackalloc byte[4];
        new System.Text.Rune(first).EncodeToUtf8(from);
        new System.Text.Rune(last).EncodeToUtf8(to);
        var items = new Regex[length];
        for (var i = 0; i < length; i++)
        {
            items[i] = new Regex.Range(from[i], to[i]);
        }

        choices.Add(length == 1 ? items[0] : new Regex.Sequence(items));
    }
}
