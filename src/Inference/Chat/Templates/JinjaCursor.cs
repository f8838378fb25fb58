namespace Hybrid.Inference.Chat.Templates;

/// <summary>The place in a template up to which it has been read.</summary>
internal sealed class JinjaCursor(IReadOnlyList<JinjaToken> tokens)
{
    private const int MaxDepth = 64;

    private int _position;
    private int _depth;

    public JinjaToken Current => tokens[_position];

    /// <summary>The token after the current one; the end repeats itself.</summary>
    public JinjaToken Following => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    public static JinjaException Unexpected(JinjaToken token, string expected) =>
        new($"line {token.Line}: {expected} is expected, '{(token.Text.Length > 0 ? token.Text : token.Kind)}' is there");

    public JinjaToken Next() => Current.Kind == JinjaTokenKind.End ? Current : tokens[_position++];

    public bool Take(string symbolOrName)
    {
        var found = Current.Is(symbolOrName) || Current.IsName(symbolOrName);
        _position += found ? 1 : 0;
        return found;
    }

    public void Expect(string symbolOrName)
    {
        if (!Take(symbolOrName))
        {
            throw Unexpected(Current, $"'{symbolOrName}'");
        }
    }

    public void Expect(JinjaTokenKind kind)
    {
        var token = Next();
        if (token.Kind != kind)
        {
            throw Unexpected(token, "the end of the tag");
        }
    }

    public string ExpectName() => Current.Kind == JinjaTokenKind.Name ? Next().Text : throw Unexpected(Current, "a name");

    /// <summary>Guards the stack against brackets or blocks nested without end.</summary>
    public T Nested<T>(Func<T> read)
    {
        if (++_depth > MaxDepth)
        {
            throw new JinjaException($"line {Current.Line}: nested too deeply");
        }

        var result = read();
        _depth--;
        return result;
    }
}
