namespace Hybrid.Inference.Tokenization.PreTokenizers;

/// <summary>Finds stretches of text and cuts around them.</summary>
/// <param name="find">Appends the matches in a text, in order.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether what lies between the matches counts as matched instead.</param>
internal sealed class SplitPreTokenizer(SplitPreTokenizer.Finder find, SplitBehavior behavior, bool invert) : PreTokenizer
{
    /// <summary>Appends the matches in a text, in order.</summary>
    public delegate void Finder(ReadOnlySpan<char> text, List<TextRange> matches);

    /// <summary>Cuts at characters, each of which is a match.</summary>
    public static SplitPreTokenizer AtCharacters(Func<int, bool> isMatch, SplitBehavior behavior)
    {
        return new SplitPreTokenizer((text, matches) => FindCharacters(text, isMatch, matches), behavior, invert: false);
    }

    /// <summary>Takes runs of word characters, and runs of others that are not whitespace, as pieces.</summary>
    public static SplitPreTokenizer IntoWords() => new(FindWords, SplitBehavior.Removed, invert: true);

    public override void Apply(IReadOnlyList<TextPiece> pieces, List<TextPiece> output)
    {
        var matches = new List<TextRange>();
        var parts = new List<Part>();
        foreach (var piece in pieces)
        {
            matches.Clear();
            find(piece.Span, matches);
            parts.Clear();
            Cover(piece.Length, matches, parts);
            Merge(parts);
            foreach (var part in parts)
            {
                if (part.End > part.Start && !(behavior == SplitBehavior.Removed && part.IsMatch))
                {
                    output.Add(piece.Part(part.Start, part.End - part.Start));
                }
            }
        }
    }

    private static void FindCharacters(ReadOnlySpan<char> text, Func<int, bool> isMatch, List<TextRange> matches)
    {
        for (var i = 0; i < text.Length;)
        {
            var matched = isMatch(UnicodeClasses.CodePointAt(text, i, out var length));
            if (matched)
            {
                matches.Add(new TextRange(i, i + length));
            }

            i += length;
        }
    }

    private static void FindWords(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var start = 0;
        var kind = 0;
        for (var i = 0; i <= text.Length;)
        {
            var length = 1;
            var next = 0;
            if (i < text.Length)
            {
                var character = UnicodeClasses.CodePointAt(text, i, out length);
                next = UnicodeClasses.IsWord(character) ? 1 : UnicodeClasses.IsWhiteSpace(character) ? 0 : 2;
            }

            if (next != kind)
            {
                if (kind != 0)
                {
                    matches.Add(new TextRange(start, i));
                }

                (start, kind) = (i, next);
            }

            i += length;
        }
    }

    /// <summary>Lists the matches and the text between them.</summary>
    private void Cover(int length, List<TextRange> matches, List<Part> parts)
    {
        var at = 0;
        foreach (var match in matches)
        {
            if (match.Start > at)
            {
                parts.Add(new Part(at, match.Start, invert));
            }

            parts.Add(new Part(match.Start, match.End, !invert));
            at = match.End;
        }

        if (length > at)
        {
            parts.Add(new Part(at, length, invert));
        }
    }

    /// <summary>Joins parts as the behaviour asks; a match joins only a neighbour that is none, except where runs join.</summary>
    private void Merge(List<Part> parts)
    {
        if (behavior is SplitBehavior.Isolated or SplitBehavior.Removed)
        {
            return;
        }

        var backwards = behavior == SplitBehavior.MergedWithNext;
        if (backwards)
        {
            parts.Reverse();
        }

        var kept = 0;
        var previousMatched = false;
        foreach (var part in parts.ToArray())
        {
            var joins = behavior == SplitBehavior.Contiguous
                ? part.IsMatch == previousMatched
                : part.IsMatch && !previousMatched;
            previousMatched = part.IsMatch;
            if (joins && kept > 0)
            {
                var last = parts[kept - 1];
                parts[kept - 1] = backwards ? last with { Start = part.Start } : last with { End = part.End };
            }
            else
            {
                parts[kept++] = part;
            }
        }

        parts.RemoveRange(kept, parts.Count - kept);
        if (backwards)
        {
            parts.Reverse();
        }
    }

    private readonly record struct Part(int Start, int End, bool IsMatch);
}
