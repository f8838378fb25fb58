namespace Hybrid.Inference.Chat.Templates;

/// <summary>The value of a name that nothing defines: prints as nothing, is false, and has no members.</summary>
internal sealed class JinjaUndefined
{
    public static readonly JinjaUndefined Value = new();

    private JinjaUndefined()
    {
    }
}
