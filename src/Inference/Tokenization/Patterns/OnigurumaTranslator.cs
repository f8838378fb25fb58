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
    private readonly ReadOnlySpan<char> _pattern;
    private readonly List<TextRange> _literals = [];
    private readonly StringBuilder _output = new();
    private int _at;
    private int _depth;
    private char _previousLetter;

    private OnigurumaTranslator(string pattern)
    {
        _pattern = pattern;
    }

    /// <summary>Translates.</summary>
    /// <returns>The .NET pattern, and the ranges of the characters it names.</returns>
    /// <exception cref="FormatException">The pattern is broken or has no exact counterpart.</exception>
    public static (string Pattern, IReadOnlyList<TextRange> Literals) Translate(string pattern)
    {
        var translator = new OnigurumaTranslator(pattern);
        translator.ReadAlternatives(ignoreCase: false);
        if (translator._at < pattern.Length)
        {
            throw translator.Refuse("an unmatched ')'");
        }

        return (translator._output.ToString(), translator._literals);
    }

    private readonly bool AtEnd => _at >= _pattern.Length;

    private readonly FormatException Refuse(string what)
    {
        return new FormatException($"{what} at offset {Math.Min(_at, _pattern.Length)} is not supported");
    }

    private readonly bool Next(string text) => !AtEnd && _pattern[_at..].StartsWith(text, StringComparison.Ordinal);

    private bool Skip(string text)
    {
        var found = Next(text);
        _at += found ? text.Length : 0;
        return found;
    }

    private void ReadAlternatives(bool ignoreCase)
    {
        if (++_depth > MaxDepth)
        {
            throw Refuse("so deep a group");
        }

        while (!AtEnd && _pattern[_at] != ')')
        {
            if (Skip("|"))
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
        while (!AtEnd && _pattern[_at] is '*' or '+' or '?' or '{')
        {
            var interval = _pattern[_at] == '{';
            var quantifier = interval ? ReadInterval() : _pattern[_at++].ToString();
            var next = AtEnd ? '\0' : _pattern[_at];
            _previousLetter = '\0';
            if (next == '+')
            {
                // After an interval Ruby's syntax repeats the repetition instead.
                if (interval)
                {
                    throw Refuse("'+' after an interval");
                }

                _at++;
                _output.Insert(start, "(?>").Append(quantifier).Append(')');
            }
            else if (next == '?')
            {
                if (interval && !quantifier.Contains(','))
                {
                    throw Refuse("'?' after a fixed interval");
                }

                _at++;
                _output.Append(quantifier).Append('?');
            }
            else
            {
                _output.Append(quantifier);
            }

            // A quantifier on what is quantified already needs a group in .NET.
            if (!AtEnd && _pattern[_at] is '*' or '+' or '?' or '{')
            {
                _output.Insert(start, "(?:").Append(')');
            }
        }
    }

    private string ReadInterval()
    {
        var end = _pattern[_at..].IndexOf('}');
        var parts = end < 0 ? [] : _pattern.Slice(_at + 1, end - 1).ToString().Split(',');
        if (parts.Length is 0 or > 2 || parts.Any(part => part.Length > 5 || !part.All(char.IsAsciiDigit)) || parts.All(part => part.Length == 0))
        {
            throw Refuse("a '{' that opens no interval");
        }

        _at += end + 1;
        return parts.Length == 1 ? $"{{{parts[0]}}}" : $"{{{(parts[0].Length == 0 ? "0" : parts[0])},{parts[1]}}}";
    }

    private void ReadAtom(bool ignoreCase)
    {
        var c = _pattern[_at];
        switch (c)
        {
            case '(':
                _previousLetter = '\0';
                ReadGroup(ignoreCase);
                _previousLetter = '\0';
                break;
            case '[':
                _previousLetter = '\0';
                _at++;
                ReadClass(ignoreCase);
                break;
            case '.':
                _at++;
                _output.Append("[^\\n]");
                _previousLetter = '\0';
                break;
            case '^':
                // Ruby's anchors are those of lines.
                _at++;
                _output.Append("(?:\\A|(?<=\\n)(?!\\z))");
                break;
            case '$':
                _at++;
                _output.Append("(?=\\n|\\z)");
                break;
            case '*' or '+' or '?' or '{':
                throw Refuse("a quantifier without anything to repeat");
            case '\\':
                ReadEscape(ignoreCase);
                break;
            default:
                _at++;
                AppendLiteral(c, ignoreCase);
                break;
        }
    }

    private void ReadGroup(bool ignoreCase)
    {
        _at++;
        if (Skip("?i)"))
        {
            // Holds to the end of the enclosing group, whose alternatives it takes in.
            _output.Append("(?:");
            ReadAlternatives(ignoreCase: true);
            _output.Append(')');
            return;
        }

        var inner = ignoreCase;
        if (Skip("?:"))
        {
            _output.Append("(?:");
        }
        else if (Skip("?i:"))
        {
            inner = true;
            _output.Append("(?:");
        }
        else if (Skip("?-i:"))
        {
            inner = false;
            _output.Append("(?:");
        }
        else if (Next("?=") || Next("?!") || Next("?>"))
        {
            _output.Append("(?").Append(_pattern[_at + 1]);
            _at += 2;
        }
        else if (Next("?<=") || Next("?<!"))
        {
            _output.Append("(?<").Append(_pattern[_at + 2]);
            _at += 3;
        }
        else if (Next("?"))
        {
            throw Refuse($"the group '({_pattern[_at..Math.Min(_at + 3, _pattern.Length)]}'");
        }
        else
        {
            _output.Append("(?:");
        }

        ReadAlternatives(inner);
        if (!Skip(")"))
        {
            throw Refuse("a '(' without its ')'");
        }

        _output.Append(')');
    }

    private void ReadEscape(bool ignoreCase)
    {
        var next = _at + 1 < _pattern.Length ? _pattern[_at + 1] : '\0';
        if (next is 'A' or 'z')
        {
            _output.Append('\\').Append(next);
            _at += 2;
            return;
        }

        if (next is 'w' or 'W')
        {
            _output.Append(next == 'w' ? "[" : "[^").Append(UnicodeClasses.WordClass).Append(']');
            _at += 2;
        }
        else if (!TryReadClassEscape(ignoreCase))
        {
            AppendLiteral(ReadCharacter(), ignoreCase);
            return;
        }

        _previousLetter = '\0';
    }

    /// <summary>Copies <c>\s</c>, <c>\d</c>, <c>\p{…}</c> and their opposites, which mean the same in both.</summary>
    private bool TryReadClassEscape(bool ignoreCase)
    {
        var next = _at + 1 < _pattern.Length ? _pattern[_at + 1] : '\0';
        if (next is 's' or 'S' or 'd' or 'D')
        {
            _output.Append('\\').Append(next);
            _at += 2;
            return true;
        }

        if (next is not ('p' or 'P'))
        {
            return false;
        }

        var end = _pattern[_at..].IndexOf('}');
        if (end < 4 || _pattern[_at + 2] != '{')
        {
            throw Refuse("a property without braces");
        }

        var name = _pattern.Slice(_at + 3, end - 3).ToString();
        var negated = (next == 'P') != name.StartsWith('^');
        name = name.TrimStart('^');
        if (!UnicodeProperties.IsGeneralCategory(name) || (ignoreCase && name is "Lu" or "Ll" or "Lt"))
        {
            throw Refuse($"the property {name}");
        }

        _output.Append(negated ? "\\P{" : "\\p{").Append(name).Append('}');
        _at += end + 1;
        return true;
    }

    private void ReadClass(bool ignoreCase)
    {
        _output.Append(Skip("^") ? "[^" : "[");
        var first = true;
        while (true)
        {
            if (AtEnd || (first && Next("]")) || Next("[") || Next("&&"))
            {
                throw Refuse(AtEnd ? "a '[' without its ']'" : "nesting, intersection or a leading ']' in a class");
            }

            if (Skip("]"))
            {
                break;
            }

            first = false;
            if (Next("\\w"))
            {
                _at += 2;
                _output.Append(UnicodeClasses.WordClass);
            }
            else if (!Next("\\") || !TryReadClassEscape(ignoreCase))
            {
                ReadClassRange(ignoreCase);
            }
        }

        _output.Append(']');
    }

    private void ReadClassRange(bool ignoreCase)
    {
        var low = ReadCharacter();
        var high = low;
        if (Next("-") && _at + 1 < _pattern.Length && _pattern[_at + 1] is not (']' or '['))
        {
            _at++;
            high = ReadCharacter();
            if (high < low)
            {
                throw Refuse("a range that runs backwards");
            }
        }

        AppendRange(low, high);
        if (!ignoreCase)
        {
            return;
        }

        if (high >= 0x80)
        {
            throw Refuse("a character beyond ASCII where case is ignored");
        }

        for (var c = low; c <= high; c++)
        {
            foreach (var other in OtherCases(c))
            {
                AppendRange(other, other);
            }
        }
    }

    /// <summary>Reads a literal character, escaped or not.</summary>
    private char ReadCharacter()
    {
        var c = _pattern[_at++];
        if (c != '\\')
        {
            return char.IsSurrogate(c) ? throw Refuse("a literal character beyond the basic plane") : c;
        }

        c = AtEnd ? throw Refuse("a '\\' at the end") : _pattern[_at++];
        switch (c)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return '\u001B';
            case 'u': return ReadHex(4);
            case 'x' when Skip("{"):
                var value = ReadHex(Math.Max(_pattern[_at..].IndexOf('}'), 0));
                _at++;
                return value;
            case 'x': return ReadHex(2);
            default:
                return char.IsAsciiLetterOrDigit(c) || c >= 0x80 ? throw Refuse($"the escape \\{c}") : c;
        }
    }

    private char ReadHex(int digits)
    {
        if (digits is 0 or > 4 || _at + digits > _pattern.Length
            || !ushort.TryParse(_pattern.Slice(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || char.IsSurrogate((char)value))
        {
            throw Refuse("a code that is no character of the basic plane");
        }

        _at += digits;
        return (char)value;
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
            throw Refuse($"'{c}' where case is ignored");
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
