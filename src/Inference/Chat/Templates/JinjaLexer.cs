using System.Text;

namespace Hybrid.Inference.Chat.Templates;

/// <summary>Cuts a template into tokens with the whitespace rules that transformers sets: trim_blocks and lstrip_blocks.</summary>
internal sealed class JinjaLexer
{
    // The engine nests one call per operator; a tag longer than this is no chat template's.
    private const int MaxTokensPerTag = 2000;

    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "//", "**", "{", "}", "(", ")", "[", "]", ".", ",", ":", "|", "+", "-", "*", "/", "%", "~", "=", "<", ">"];

    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private int _position;

    private JinjaLexer(string source)
    {
        _source = source;
    }

    public static IReadOnlyList<JinjaToken> Read(string template)
    {
        var source = template.ReplaceLineEndings("\n");
        // As Jinja does, one line break at the very end belongs to the file and not to the text.
        var lexer = new JinjaLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            var open = FindTag(_position);
            var isTag = open < _source.Length;
            AddText(_position, open, isTag);
            _position = open;
            if (isTag)
            {
                ReadTag();
            }
        }

        Add(JinjaTokenKind.End, "");
    }

    private int FindTag(int from)
    {
        for (var i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return _source.Length;
    }

    private void AddText(int start, int end, bool beforeTag)
    {
        if (beforeTag)
        {
            var sign = end + 2 < _source.Length ? _source[end + 2] : '\0';
            if (sign == '-')
            {
                while (end > start && char.IsWhiteSpace(_source[end - 1]))
                {
                    end--;
                }
            }
            else if (sign != '+' && _source[end + 1] != '{')
            {
                end = StripIndent(start, end);
            }
        }

        if (end > start)
        {
            Add(JinjaTokenKind.Text, _source[start..end], start);
        }
    }

    /// <summary>Drops the blanks before a block tag that stands first on its line.</summary>
    private int StripIndent(int start, int end)
    {
        var i = end;
        while (i > start && _source[i - 1] is ' ' or '\t')
        {
            i--;
        }

        return i == 0 || _source[i - 1] == '\n' ? i : end;
    }

    private void ReadTag()
    {
        var kind = _source[_position + 1];
        var start = _position;
        _position += 2;
        if (kind == '#')
        {
            var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
            Require(end >= 0, start, "a comment is not closed");
            var strips = end > _position && _source[end - 1] == '-';
            var keeps = end > _position && _source[end - 1] == '+';
            _position = end + 2;
            SkipAfter(strips, trimsLine: !keeps);
            return;
        }

        if (_position < _source.Length && _source[_position] is '-' or '+')
        {
            _position++;
        }

        var isOutput = kind == '{';
        Add(isOutput ? JinjaTokenKind.OutputStart : JinjaTokenKind.BlockStart, "", start);
        ReadExpression(start, isOutput ? "}}" : "%}", isOutput ? JinjaTokenKind.OutputEnd : JinjaTokenKind.BlockEnd);
    }

    private void ReadExpression(int start, string close, JinjaTokenKind closeKind)
    {
        var depth = 0;
        var first = _tokens.Count;
        while (true)
        {
            while (_position < _source.Length && char.IsWhiteSpace(_source[_position]))
            {
                _position++;
            }

            Require(_position < _source.Length, start, "a tag is not closed");
            Require(_tokens.Count - first <= MaxTokensPerTag, start, "a tag is too long");
            var sign = _source[_position] is '-' or '+' ? 1 : 0;
            if (depth == 0 && string.CompareOrdinal(_source, _position + sign, close, 0, close.Length) == 0)
            {
                var mark = _source[_position];
                _position += sign + close.Length;
                Add(closeKind, "", _position - 1);
                SkipAfter(mark == '-', trimsLine: mark != '+' && closeKind == JinjaTokenKind.BlockEnd);
                return;
            }

            depth = Math.Max(0, depth + ReadToken());
        }
    }

    private void SkipAfter(bool strips, bool trimsLine)
    {
        if (strips)
        {
            while (_position < _source.Length && char.IsWhiteSpace(_source[_position]))
            {
                _position++;
            }
        }
        else if (trimsLine && _position < _source.Length && _source[_position] == '\n')
        {
            _position++;
        }
    }

    /// <summary>Reads one token of an expression and returns how it changes the depth of brackets.</summary>
    private int ReadToken()
    {
        var c = _source[_position];
        var start = _position;
        if (c is '\'' or '"')
        {
            ReadString(c);
        }
        else if (char.IsAsciiDigit(c))
        {
            AddWhile(JinjaTokenKind.Number, char.IsAsciiDigit);
        }
        else if (c == '_' || char.IsLetter(c))
        {
            AddWhile(JinjaTokenKind.Name, next => next == '_' || char.IsLetterOrDigit(next));
        }
        else
        {
            var symbol = Array.Find(Symbols, candidate => string.CompareOrdinal(_source, start, candidate, 0, candidate.Length) == 0);
            Require(symbol is not null, start, $"'{c}' is no part of the language");
            _position += symbol!.Length;
            Add(JinjaTokenKind.Symbol, symbol, start);
            return symbol is "{" or "(" or "[" ? 1 : symbol is "}" or ")" or "]" ? -1 : 0;
        }

        return 0;
    }

    private void AddWhile(JinjaTokenKind kind, Func<char, bool> belongs)
    {
        var start = _position;
        while (_position < _source.Length && belongs(_source[_position]))
        {
            _position++;
        }

        Add(kind, _source[start.._position], start);
    }

    private void ReadString(char quote)
    {
        var start = _position++;
        var text = new StringBuilder();
        while (_position < _source.Length && _source[_position] != quote)
        {
            var c = _source[_position++];
            if (c != '\\' || _position == _source.Length)
            {
                text.Append(c);
                continue;
            }

            var escaped = _source[_position++];
            _ = escaped switch
            {
                'n' => text.Append('\n'),
                't' => text.Append('\t'),
                'r' => text.Append('\r'),
                '\\' or '\'' or '"' => text.Append(escaped),
                _ => text.Append('\\').Append(escaped),
            };
        }

        Require(_position < _source.Length, start, "a string is not closed");
        _position++;
        Add(JinjaTokenKind.String, text.ToString(), start);
    }

    private void Add(JinjaTokenKind kind, string text, int? at = null) => _tokens.Add(new JinjaToken(kind, text, LineOf(at ?? _position)));

    private void Require(bool condition, int at, string problem)
    {
        if (!condition)
        {
            throw new JinjaException($"line {LineOf(at)}: {problem}");
        }
    }

    private int _lineStart;
    private int _line = 1;

    private int LineOf(int at)
    {
        // Tokens come in order, so each count begins where the last one ended.
        if (at < _lineStart)
        {
            return _line;
        }

        _line += _source.AsSpan(_lineStart, Math.Min(at, _source.Length) - _lineStart).Count('\n');
        _lineStart = Math.Min(at, _source.Length);
        return _line;
    }
}
