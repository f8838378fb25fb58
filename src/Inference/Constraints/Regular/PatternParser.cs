using System.Globalization;

namespace Hybrid.Inference.Constraints.Regular;

/// <summary>Reads a <c>pattern</c> of a JSON schema: an ECMA-262 regular expression, as far as an automaton can keep it.</summary>
/// <remarks>
/// Characters, dots, classes, the escapes d D w W s S t n r f v 0 x u c, groups, alternatives, all quantifiers, and the anchors
/// ^ and $. Look-around, back references, word boundaries and Unicode properties are refused by name.
/// </remarks>
internal sealed class PatternParser
{
    private const int MaxLength = 2_000;
    private const int MaxGroups = 40;
    private const int MaxRepeat = 10_000;

    private readonly string _text;
    private int _at;
    private int _groups;

    private PatternParser(string text) => _text = text;

    /// <summary>What stands between a string's quotes when the pattern matches somewhere in it.</summary>
    /// <exception cref="PatternException">The pattern cannot be kept.</exception>
    public static Regex Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
        {
            throw new PatternException($"has {pattern.Length} characters; at most {MaxLength} are taken");
        }

        var parser = new PatternParser(pattern);
        var found = parser.Alternatives();
        if (parser._at < pattern.Length)
        {
            throw new PatternException($"has a ')' too many at position {parser._at + 1}");
        }

        var rest = JsonText.CanonicalCharacter.Times(0, null);
        return Regex.Concat(rest, found, rest);
    }

    private Regex Alternatives()
    {
        var choices = new List<Regex> { Terms() };
        while (Take('|'))
        {
            choices.Add(Terms());
        }

        return choices.Count == 1 ? choices[0] : new Regex.Choice(choices);
    }

    private Regex.Sequence Terms()
    {
        var items = new List<Regex>();
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
        {
            items.Add(Quantified(Atom()));
        }

        return new Regex.Sequence(items);
    }

    private Regex Atom()
    {
        var c = _text[_at++];
        switch (c)
        {
            case '^':
                return new Regex.Anchor(AtEnd: false);
            case '$':
                return new Regex.Anchor(AtEnd: true);
            case '.':
                return JsonText.Encode(CodePointSet.LineTerminators.Complement());
            case '[':
                return JsonText.Encode(Class());
            case '(':
                return Group();
            case '\\':
                return JsonText.Encode(Escape(inClass: false));
            case '*' or '+' or '?':
                throw new PatternException($"has nothing to repeat at position {_at}");
            default:
                if (c == '{' && LooksLikeCount())
                {
                    throw new PatternException($"has nothing to repeat at position {_at}");
                }

                return JsonText.Encode(Single(CodePoint(c)));
        }
    }

    private Regex Group()
    {
        if (++_groups > MaxGroups)
        {
            throw new PatternException($"has more than {MaxGroups} groups");
        }

        if (Take('?'))
        {
            if (Take('<') && Peek() is not ('=' or '!'))
            {
                while (_at < _text.Length && _text[_at] != '>')
                {
                    _at++;
                }

                Expect('>');
            }
            else if (!Take(':'))
            {
                throw new PatternException("looks around or sets flags, which no automaton can keep");
            }
        }

        var inner = Alternatives();
        Expect(')');
        return inner;
    }

    private Regex Quantified(Regex item)
    {
        var (least, most) = (1, (int?)1);
        if (Take('*'))
        {
            (least, most) = (0, null);
        }
        else if (Take('+'))
        {
            most = null;
        }
        else if (Take('?'))
        {
            least = 0;
        }
        else if (Peek() == '{' && LooksLikeCount(skip: 1))
        {
            _at++;
            least = Count();
            most = least;
            if (Take(','))
            {
                most = Peek() == '}' ? null : Count();
            }

            Expect('}');
        }
        else
        {
            return item;
        }

        if (item is Regex.Anchor)
        {
            throw new PatternException("repeats an anchor");
        }

        if (most < least)
        {
            throw new PatternException($"repeats from {least} to {most}");
        }

        // Lazy or greedy, the same texts match.
        Take('?');
        return Peek() is '*' or '+' or '?' ? throw new PatternException($"has nothing to repeat at position {_at + 1}") : item.Times(least, most);
    }

    private bool LooksLikeCount(int skip = 0)
    {
        var at = _at + skip;
        var digits = at;
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            at++;
        }

        if (at == digits)
        {
            return false;
        }

        if (at < _text.Length && _text[at] == ',')
        {
            at++;
            while (at < _text.Length && char.IsAsciiDigit(_text[at]))
            {
                at++;
            }
        }

        return at < _text.Length && _text[at] == '}';
    }

    private int Count()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxRepeat
            ? count
            : throw new PatternException($"repeats more than {MaxRepeat} times");
    }

    private CodePointSet Class()
    {
        var negated = Take('^');
        var set = CodePointSet.Of();
        while (Peek() != ']')
        {
            var first = ClassItem(out var from);
            if (from >= 0 && Peek() == '-' && _at + 1 < _text.Length && _text[_at + 1] != ']')
            {
                _at++;
                var last = ClassItem(out var to);
                if (to < 0)
                {
                    // As in ECMAScript without the u flag: the hyphen is one of the characters.
                    set = set.Union(first).Union(last).Union(Single('-'));
                    continue;
                }

                set = to >= from ? set.Union(CodePointSet.Of((from, to))) : throw new PatternException($"has a class with a range out of order at position {_at}");
                continue;
            }

            set = set.Union(first);
        }

        _at++;
        return negated ? set.Complement() : set;
    }

    /// <summary>One member of a class; the character, or -1 for an escape that stands for many.</summary>
    private CodePointSet ClassItem(out int character)
    {
        if (_at >= _text.Length)
        {
            throw new PatternException("has a class that is not closed");
        }

        var c = _text[_at++];
        var set = c == '\\' ? Escape(inClass: true) : Single(CodePoint(c));
        character = set.Ranges is [var range] && range.First == range.Last ? range.First : -1;
        return set;
    }

    private CodePointSet Escape(bool inClass)
    {
        if (_at >= _text.Length)
        {
            throw new PatternException("ends in a backslash");
        }

        var c = _text[_at++];
        switch (c)
        {
            case 'd':
                return CodePointSet.Digits;
            case 'D':
                return CodePointSet.Digits.Complement();
            case 'w':
                return CodePointSet.WordCharacters;
            case 'W':
                return CodePointSet.WordCharacters.Complement();
            case 's':
                return CodePointSet.WhiteSpace;
            case 'S':
                return CodePointSet.WhiteSpace.Complement();
            case 't':
                return Single('\t');
            case 'n':
                return Single('\n');
            case 'r':
                return Single('\r');
            case 'f':
                return Single('\f');
            case 'v':
                return Single('\v');
            case 'b' when inClass:
                return Single('\b');
            case 'x':
                return Single(HexNumber(2));
            case 'u':
                return Single(UnicodeEscape());
            case 'c' when _at < _text.Length && char.IsAsciiLetter(_text[_at]):
                return Single(_text[_at++] & 31);
            case '0' when _at >= _text.Length || !char.IsAsciiDigit(_text[_at]):
                return Single(0);
            default:
                return char.IsAsciiLetterOrDigit(c)
                    ? throw new PatternException($"has the escape \\{c}, which no automaton here can keep")
                    : Single(CodePoint(c));
        }
    }

    private int UnicodeEscape()
    {
        if (Take('{'))
        {
            var end = _text.IndexOf('}', _at);
            if (end < 0 || !int.TryParse(_text.AsSpan(_at, end - _at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10FFFF)
            {
                throw new PatternException("has a \\u{…} that is no character");
            }

            _at = end + 1;
            return NoSurrogate(value);
        }

        var high = HexNumber(4);
        if (high is >= 0xD800 and <= 0xDBFF && _at + 1 < _text.Length && _text[_at] == '\\' && _text[_at + 1] == 'u')
        {
            _at += 2;
            var low = HexNumber(4);
            return low is >= 0xDC00 and <= 0xDFFF ? char.ConvertToUtf32((char)high, (char)low) : throw new PatternException("has half a surrogate pair");
        }

        return NoSurrogate(high);
    }

    private int HexNumber(int digits)
    {
        if (_at + digits > _text.Length
            || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw new PatternException($"has an escape without its {digits} hexadecimal digits");
        }

        _at += digits;
        return value;
    }

    private int CodePoint(char c) =>
        char.IsHighSurrogate(c) && _at < _text.Length && char.IsLowSurrogate(_text[_at]) ? char.ConvertToUtf32(c, _text[_at++]) : NoSurrogate(c);

    private static int NoSurrogate(int value) =>
        value is >= 0xD800 and <= 0xDFFF ? throw new PatternException("has half a surrogate pair") : value;

    private static CodePointSet Single(int character) => CodePointSet.Of((character, character));

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private bool Take(char c)
    {
        if (_at >= _text.Length || _text[_at] != c)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Take(c))
        {
            throw new PatternException($"lacks a '{c}'");
        }
    }
}
