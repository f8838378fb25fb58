using System.Buffers;

namespace Hybrid.Inference.Tokenization;

/// <summary>Finds added tokens in a text: leftmost first, the longest of those that start there.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<AddedToken?> _ends = [null];
    private readonly SearchValues<char> _starts;

    /// <param name="patterns">What to look for, and the token it stands for.</param>
    public AddedTokenMatcher(IEnumerable<(string Pattern, AddedToken Token)> patterns)
    {
        var starts = new HashSet<char>();
        foreach (var (pattern, token) in patterns)
        {
            if (pattern.Length == 0)
            {
                continue;
            }

            starts.Add(pattern[0]);
            var node = 0;
            foreach (var c in pattern)
            {
                if (!_edges.TryGetValue((node, c), out var next))
                {
                    next = _ends.Count;
                    _ends.Add(null);
                    _edges.Add((node, c), next);
                }

                node = next;
            }

            _ends[node] = token;
        }

        _starts = SearchValues.Create([.. starts]);
    }

    public bool IsEmpty => _edges.Count == 0;

    /// <summary>Appends the tokens found, each with the range it takes from the text, whitespace it swallows included.</summary>
    /// <param name="text">Well-formed text.</param>
    /// <param name="isAllowed">Whether a token may be found at a range; where it may not, it is as if it did not exist.</param>
    /// <param name="matches">Where the tokens go, in order. As in the reference, a range may start before the last one ends.</param>
    public void Find(ReadOnlySpan<char> text, Func<AddedToken, TextRange, bool> isAllowed, List<(AddedToken Token, TextRange Range)> matches)
    {
        var free = 0;
        var blank = default(TextRange);
        for (var at = 0; at < text.Length;)
        {
            var next = text[at..].IndexOfAny(_starts);
            if (next < 0)
            {
                return;
            }

            at += next;
            var token = Longest(text, at, isAllowed, out var end);
            if (token is null)
            {
                at++;
                continue;
            }

            var start = at;
            at = end;
            if (token.SingleWord && TouchesWord(text, start, end))
            {
                continue;
            }

            if (token.LeftStrip)
            {
                while (start > free && char.IsWhiteSpace(text[start - 1]))
                {
                    start--;
                }
            }

            if (token.RightStrip)
            {
                // Tokens made of whitespace may lie within a stretch that is known already.
                if (end < blank.Start || end > blank.End)
                {
                    blank = new TextRange(end, end + CountBlank(text[end..]));
                }

                end = blank.End;
            }

            matches.Add((token, new TextRange(start, end)));
            free = end;
        }
    }

    private static int CountBlank(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsWhiteSpace(text[count]))
        {
            count++;
        }

        return count;
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end)
    {
        return (start > 0 && UnicodeClasses.IsWord(UnicodeClasses.CodePointBefore(text, start)))
            || (end < text.Length && UnicodeClasses.IsWord(UnicodeClasses.CodePointAt(text, end, out _)));
    }

    private AddedToken? Longest(ReadOnlySpan<char> text, int start, Func<AddedToken, TextRange, bool> isAllowed, out int end)
    {
        AddedToken? found = null;
        end = start;
        var node = 0;
        for (var i = start; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_ends[node] is { } token && isAllowed(token, new TextRange(start, i + 1)))
            {
                found = token;
                end = i + 1;
            }
        }

        return found;
    }
}
