using System.Globalization;

namespace Hybrid.Inference.Tokenization.Patterns;

/// <summary>Walks through a regular expression in Oniguruma's syntax.</summary>
internal ref struct PatternCursor(ReadOnlySpan<char> pattern)
{
    private readonly ReadOnlySpan<char> _pattern = pattern;
    private int _at;

    public readonly bool AtEnd => _at >= _pattern.Length;

    /// <value>What is left.</value>
    public readonly ReadOnlySpan<char> Rest => _pattern[_at..];

    /// <summary>The character so many places ahead, or U+0000 beyond the end.</summary>
    public readonly char Peek(int ahead = 0) => _at + ahead < _pattern.Length ? _pattern[_at + ahead] : '\0';

    public void Advance(int count) => _at += count;

    public readonly FormatException Refuse(string what)
    {
        return new FormatException($"{what} at offset {Math.Min(_at, _pattern.Length)} is not supported");
    }

    public readonly bool Next(string text) => Rest.StartsWith(text, StringComparison.Ordinal);

    public bool Skip(string text)
    {
        var found = Next(text);
        _at += found ? text.Length : 0;
        return found;
    }

    /// <summary>Reads a literal character, escaped or not.</summary>
    public char ReadCharacter()
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
}
