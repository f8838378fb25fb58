using System.Globalization;
using System.Text;

namespace Hybrid.Inference.Tokenization.Patterns;

/// <summary>Translates regular expressions from Oniguruma's Ruby syntax, in which tokenizer files are written, to .NET's.</summary>
/// <remarks>What has no exact counterpart is refused with a <see cref="FormatException"/>, never approximated.</remarks>
internal ref struct OnigurumaTranslator
{
    private const int MaxDepth = 50;

    // Pairs of letters that match one character when case is ignored (ß, ligatures); a class per letter would miss those.
    private static readonly string[] FoldedPairs = ["ss", "st", "ff", "fi", "fl"];

    // Outside a class Oniguruma's \w takes these from its Latin-1 table; within one it does not.
    private const string Latin1Words = @"\u00B2\u00B3\u00B9\u00BC-\u00BE";
    private readonly List<TextRange> _literals = [];
    private readonly StringBuilder _output = new();
    private PatternCursor _cursor;
    private int _depth;
    private char _previousLetter;

    private OnigurumaTranslator(string pattern)
    {
        _cursor = new PatternCursor(pattern);
    }

    /// <summary>Translates.</summary>
    /// <returns>The .NET pattern, and the ranges of the characters it names.</returns>
    /// <exception cref="FormatException">The pattern is broken or has no exact counterpart.</exception>
    public static (string Pattern, IReadOnlyList<TextRange> Literals) Translate(string pattern)
    {
        var translator = new OnigurumaTranslator(pattern);
        translator.ReadAlternatives(ignoreCase: false);
        if (!translator._cursor.AtEnd)
        {
            throw translator._cursor.Refuse("an unmatched ')'");
        }

        return (translator._output.ToString(), translator._literals);
    }

    private void ReadAlternatives(bool ignoreCase)
    {
        if (++_depth > MaxDepth)
        {
            throw _cursor.Refuse("so deep a group");
        }

        while (!_cursor.AtEnd && _cursor.Peek() != ')')
        {
            if (_cursor.Skip("|"))
            {
                _output.Append('|');
                _previousLetter = '\0';
                continue;
            }

            var start = _output.Length;
            ReadAtom(ignoreCase);
            ReadQuantifier(start);
        }

        _depth--;
    }

    private void ReadQuantifier(int start)
    {
        while (!_cursor.AtEnd && _cursor.Peek() is '*' or '+' or '?' or '{')
        {
            var interval = _cursor.Peek() == '{';
            var quantifier = interval ? ReadInterval() : ReadSign();
            var next = _cursor.Peek();
            _previousLetter = '\0';
            if (next == '+')
            {
                // After an interval Ruby's syntax repeats the repetition instead.
                if (interval)
                {
                    throw _cursor.Refuse("'+' after an interval");
                }

                _cursor.Advance(1);
                _output.Insert(start, "(?>").Append(quantifier).Append(')');
            }
            else if (next == '?')
            {
                if (interval && !quantifier.Contains(','))
                {
                    throw _cursor.Refuse("'?' after a fixed interval");
                }

                _cursor.Advance(1);
                _output.Append(quantifier).Append('?');
            }
            else
            {
                _output.Append(quantifier);
            }

            // A quantifier on what is quantified already needs a group in .NET.
            if (!_cursor.AtEnd && _cursor.Peek() is '*' or '+' or '?' or '{')
            {
                _output.Insert(start, "(?:").Append(')');
            }
        }
    }

    private string ReadSign()
    {
        var sign = _cursor.Peek();
        _cursor.Advance(1);
        return sign.ToString();
    }

    private string ReadInterval()
    {
        var end = _cursor.Rest.IndexOf('}');
        var parts = end < 0 ? [] : _cursor.Rest[1..end].ToString().Split(',');
        if (parts.Length is 0 or > 2
            || parts.All(part => part.Length == 0)
            || parts.Any(part => part.Length > 5 || !part.All(char.IsAsciiDigit)))
        {
            throw _cursor.Refuse("a '{' that opens no interval");
        }

        _cursor.Advance(end + 1);
        return parts.Length == 1 ? $"{{{parts[0]}}}" : $"{{{(parts[0].Length == 0 ? "0" : parts[0])},{parts[1]}}}";
    }

    private void ReadAtom(bool ignoreCase)
    {
        var c = _cursor.Peek();
        switch (c)
        {
            case '(':
                _previousLetter = '\0';
                ReadGroup(ignoreCase);
                _previousLetter = '\0';
                break;
            case '[':
                _previousLetter = '\0';
                _cursor.Advance(1);
                ReadClass(ignoreCase);
                break;
            case '.':
                _cursor.Advance(1);
                _output.Append("[^\\n]");
                _previousLetter = '\0';
                break;
            case '^':
                // Ruby's anchors are those of lines.
                _cursor.Advance(1);
                _output.Append("(?:\\A|(?<=\\n)(?!\\z))");
                break;
            case '$':
                _cursor.Advance(1);
                _output.Append("(?=\\n|\\z)");
                break;
            case '*' or '+' or '?' or '{':
                throw _cursor.Refuse("a quantifier without anything to repeat");
            case '\\':
                ReadEscape(ignoreCase);
                break;
            default:
                AppendLiteral(_cursor.ReadCharacter(), ignoreCase);
                break;
        }
    }

    private void ReadGroup(bool ignoreCase)
    {
        _cursor.Advance(1);
        if (_cursor.Skip("?i)"))
        {
            // Holds to the end of the enclosing group, whose alternatives it takes in.
            _output.Append("(?:");
            ReadAlternatives(ignoreCase: true);
            _output.Append(')');
            return;
        }

        var inner = ignoreCase;
        if (_cursor.Skip("?:"))
        {
            _output.Append("(?:");
        }
        else if (_cursor.Skip("?i:"))
        {
            inner = true;
            _output.Append("(?:");
        }
        else if (_cursor.Skip("?-i:"))
        {
            inner = false;
            _output.Append("(?:");
        }
        else if (_cursor.Next("?=") || _cursor.Next("?!") || _cursor.Next("?>"))
        {
            _output.Append("(?").Append(_cursor.Peek(1));
            _cursor.Advance(2);
        }
        else if (_cursor.Next("?<=") || _cursor.Next("?<!"))
        {
            _output.Append("(?<").Append(_cursor.Peek(2));
            _cursor.Advance(3);
        }
        else if (_cursor.Next("?"))
        {
            throw _cursor.Refuse($"the group '({_cursor.Peek()}{_cursor.Peek(1)}{_cursor.Peek(2)}'");
        }
        else
        {
            _output.Append("(?:");
        }

        ReadAlternatives(inner);
        if (!_cursor.Skip(")"))
        {
            throw _cursor.Refuse("a '(' without its ')'");
        }

        _output.Append(')');
    }

    private void ReadEscape(bool ignoreCase)
    {
        var next = _cursor.Peek(1);
        if (next is 'A' or 'z')
        {
            _output.Append('\\').Append(next);
            _cursor.Advance(2);
            return;
        }

        if (next is 'w' or 'W')
        {
            _output.Append(next == 'w' ? "[" : "[^").Append(UnicodeClasses.WordClass).Append(Latin1Words).Append(']');
            _cursor.Advance(2);
        }
        else if (!TryReadClassEscape(ignoreCase))
        {
            AppendLiteral(_cursor.ReadCharacter(), ignoreCase);
            return;
        }

        _previousLetter = '\0';
    }

    /// <summary>Copies <c>\s</c>, <c>\d</c>, <c>\p{…}</c> and their opposites, which mean the same in both.</summary>
    private bool TryReadClassEscape(bool ignoreCase)
    {
        var next = _cursor.Peek(1);
        if (next is 's' or 'S' or 'd' or 'D')
        {
            _output.Append('\\').Append(next);
            _cursor.Advance(2);
            return true;
        }

        if (next is not ('p' or 'P'))
        {
            return false;
        }

        var end = _cursor.Rest.IndexOf('}');
        if (end < 4 || _cursor.Peek(2) != '{')
        {
            throw _cursor.Refuse("a property without braces");
        }

        var name = _cursor.Rest[3..end].ToString();
        var negated = (next == 'P') != name.StartsWith('^');
        name = name.TrimStart('^');
        if (!UnicodeProperties.IsGeneralCategory(name) || (ignoreCase && name is "Lu" or "Ll" or "Lt"))
        {
            throw _cursor.Refuse($"the property {name}");
        }

        _output.Append(negated ? "\\P{" : "\\p{").Append(name).Append('}');
        _cursor.Advance(end + 1);
        return true;
    }

    private void ReadClass(bool ignoreCase)
    {
        _output.Append(_cursor.Skip("^") ? "[^" : "[");
        var first = true;
        while (true)
        {
            if (_cursor.AtEnd || (first && _cursor.Next("]")) || _cursor.Next("[") || _cursor.Next("&&"))
            {
                throw _cursor.Refuse(_cursor.AtEnd ? "a '[' without its ']'" : "nesting, intersection or a leading ']' in a class");
            }

            if (_cursor.Skip("]"))
            {
                break;
            }

            first = false;
            if (_cursor.Next("\\w"))
            {
                _cursor.Advance(2);
                _output.Append(UnicodeClasses.WordClass);
            }
            else if (!_cursor.Next("\\") || !TryReadClassEscape(ignoreCase))
            {
                ReadClassRange(ignoreCase);
            }
        }

        _output.Append(']');
    }

    private void ReadClassRange(bool ignoreCase)
    {
        var low = _cursor.ReadCharacter();
        var high = low;
        if (_cursor.Next("-") && _cursor.Peek(1) is not (']' or '[' or '\0'))
        {
            _cursor.Advance(1);
            high = _cursor.ReadCharacter();
            if (high < low)
            {
                throw _cursor.Refuse("a range that runs backwards");
            }
        }

        AppendRange(low, high);
        if (!ignoreCase)
        {
            return;
        }

        if (high >= 0x80)
        {
            throw _cursor.Refuse("a character beyond ASCII where case is ignored");
        }

        for (var c = low; c <= high; c++)
        {
            foreach (var other in OtherCases(c))
            {
                AppendRange(other, other);
            }
        }
    }

    private void AppendLiteral(char c, bool ignoreCase)
    {
        if (!ignoreCase)
        {
            AppendRange(c, c);
            _previousLetter = '\0';
            return;
        }

        if (c >= 0x80 || FoldedPairs.Contains($"{char.ToLowerInvariant(_previousLetter)}{char.ToLowerInvariant(c)}"))
        {
            throw _cursor.Refuse($"'{c}' where case is ignored");
        }

        _previousLetter = c;
        _output.Append('[');
        AppendRange(c, c);
        foreach (var other in OtherCases(c))
        {
            AppendRange(other, other);
        }

        _output.Append(']');
    }

    private readonly void AppendRange(char low, char high)
    {
        _literals.Add(new TextRange(low, high + 1));
        _output.Append(CultureInfo.InvariantCulture, $"\\u{(int)low:X4}");
        if (high > low)
        {
            _output.Append(CultureInfo.InvariantCulture, $"-\\u{(int)high:X4}");
        }
    }

    /// <summary>What else an ASCII letter matches when case is ignored: the other case, the long s and the Kelvin sign.</summary>
    private static string OtherCases(char c)
    {
        return c switch
        {
            's' or 'S' => $"{(char)(c ^ 0x20)}\u017F",
            'k' or 'K' => $"{(char)(c ^ 0x20)}\u212A",
            _ when char.IsAsciiLetter(c) => $"{(char)(c ^ 0x20)}",
            _ => "",
        };
    }
}
