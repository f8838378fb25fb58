namespace Hybrid.Inference.Tokenization;

/// <summary>A piece of a rendered prompt: text of the chat template, or text somebody typed.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsTemplate">
/// Whether special tokens in <paramref name="Text"/> are meant. In typed text they never are: there <c>&lt;|end|&gt;</c> is seven characters.
/// </param>
public readonly record struct PromptSegment(string Text, bool IsTemplate)
{
    /// <summary>A piece that the chat template wrote.</summary>
    public static PromptSegment Template(string text) => new(text, IsTemplate: true);

    /// <summary>A piece that came from outside.</summary>
    public static PromptSegment Typed(string text) => new(text, IsTemplate: false);
}
