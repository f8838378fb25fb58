using System.Text.RegularExpressions;

namespace Hybrid.Inference.Tokenization.Patterns;

/// <summary>A pattern of the tokenizer file: a literal text or a regular expression. Safe for any number of threads.</summary>
internal sealed class TextPattern
{
    private readonly string? _literal;
    private readonly Regex? _regex;
    private readonly ShadowAlphabet? _shadow;

    private TextPattern(string? literal, Regex? regex, ShadowAlphabet? shadow)
    {
        _literal = literal;
        _regex = regex;
        _shadow = shadow;
    }

    /// <value>The text sought, or null for a regular expression.</value>
    public string? Literal => _literal;

    public static TextPattern ForLiteral(string literal) => new(literal, null, null);

    /// <summary>Translates a regular expression in Oniguruma's Ruby syntax.</summary>
    /// <exception cref="FormatException">It is broken, or means something .NET cannot do exactly.</exception>
    public static TextPattern ForRegex(string pattern)
    {
        var translation = OnigurumaTranslator.Translate(pattern);
        try
        {
            var options = RegexOptions.Compiled | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
            return new TextPattern(null, new Regex(translation.Pattern, options), new ShadowAlphabet(translation.Literals));
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"it is no valid regular expression ({e.Message})", e);
        }
    }

    /// <summary>Appends the matches in well-formed text, in order.</summary>
    public void FindMatches(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        if (_literal is not null)
        {
            FindLiteral(text, matches);
        }
        else if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            FindRegex(text, matches);
        }
        else
        {
            FindInShadow(text, matches);
        }
    }

    private void FindLiteral(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        for (var at = 0; ;)
        {
            var next = text[at..].IndexOf(_literal, StringComparison.Ordinal);
            if (next < 0)
            {
                return;
            }

            matches.Add(new TextRange(at + next, at + next + _literal!.Length));
            at += next + _literal.Length;
        }
    }

    private void FindRegex(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var last = -1;
        foreach (var match in _regex!.EnumerateMatches(text))
        {
            // Oniguruma's iterator passes over an empty match right behind the last one; .NET's does not.
            var end = match.Index + match.Length;
            if (match.Length > 0 || end != last)
            {
                matches.Add(new TextRange(match.Index, end));
                last = end;
            }
        }
    }

    /// <summary>
    /// .NET's classes see UTF-16 units, so the search runs on a copy in which one character of the same category stands for each pair.
    /// </summary>
    private void FindInShadow(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var shadow = new char[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; length++)
        {
            var character = UnicodeClasses.CodePointAt(text, i, out var units);
            shadow[length] = units == 1 ? text[i] : _shadow!.StandInFor(character);
            i += units;
        }

        var first = matches.Count;
        FindRegex(shadow.AsSpan(0, length), matches);
        var (at, shadowAt) = (0, 0);
        for (var i = first; i < matches.Count; i++)
        {
            var start = Advance(text, matches[i].Start, ref at, ref shadowAt);
            var end = Advance(text, matches[i].End, ref at, ref shadowAt);
            matches[i] = new TextRange(start, end);
        }
    }

    private static int Advance(ReadOnlySpan<char> text, int target, ref int at, ref int shadowAt)
    {
        for (; shadowAt < target; shadowAt++)
        {
            at += char.IsHighSurrogate(text[at]) ? 2 : 1;
        }

        return at;
    }
}
