using System.Reflection;
using System.Text.RegularExpressions;

namespace Hybrid.StarterModels.Exporting;

/// <summary>The text of <c>card.md</c> around its measured values.</summary>
internal static partial class CardTemplate
{
    /// <exception cref="KeyNotFoundException">The template names a value that was not given.</exception>
    public static string Fill(IReadOnlyDictionary<string, string> values)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("card.md")
            ?? throw new InvalidOperationException("card.md is not embedded; the project file must list it as EmbeddedResource.");
        using var reader = new StreamReader(stream);
        return Placeholder().Replace(reader.ReadToEnd(), match => values[match.Groups["name"].Value]);
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}")]
    private static partial Regex Placeholder();
}
