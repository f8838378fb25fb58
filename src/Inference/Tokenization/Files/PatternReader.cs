using Hybrid.Inference.Tokenization.Patterns;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads a <c>pattern</c>: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternReader
{
    public static TextPattern Read(TokenizerNode node)
    {
        if (node.Optional("String") is { } literal)
        {
            var text = literal.Text();
            return text.Length > 0 ? TextPattern.ForLiteral(text) : throw literal.Wrong("a text that is not empty");
        }

        if (node.Optional("Regex") is not { } regex)
        {
            throw node.Wrong("an object with the key String or Regex");
        }

        try
        {
            return TextPattern.ForRegex(regex.Text());
        }
        catch (FormatException e)
        {
            throw new Folders.ModelFolderException(
                node.File, $"{regex.Key} is {regex.Quote()}: {e.Message}", "Choose another model, or a folder that is not damaged.", e);
        }
    }
}
