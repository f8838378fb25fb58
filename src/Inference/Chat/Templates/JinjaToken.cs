namespace Hybrid.Inference.Chat.Templates;

/// <summary>A token and the line it begins on.</summary>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line)
{
    public bool Is(string symbol) => Kind == JinjaTokenKind.Symbol && Text == symbol;

    public bool IsName(string name) => Kind == JinjaTokenKind.Name && Text == name;
}
