namespace Hybrid.Inference.Tokenization;

/// <summary>What stands around a text, and which type each part has.</summary>
/// <param name="Before">Tokens before the text, with their types.</param>
/// <param name="TextType">The type of the text's own tokens.</param>
/// <param name="After">Tokens after the text, with their types.</param>
internal sealed record TextFrame(IReadOnlyList<(int Id, int Type)> Before, int TextType, IReadOnlyList<(int Id, int Type)> After)
{
    public static TextFrame None { get; } = new([], 0, []);

    /// <summary>How many tokens the frame has.</summary>
    public int Tokens => Before.Count + After.Count;
}
