using System.Text.RegularExpressions;

namespace Hybrid.StarterModels.Tokenizing;

/// <summary>
/// What the pre-tokenizer <c>Sequence[Digits(individual_digits), ByteLevel(add_prefix_space: false, use_regex: true)]</c> does.
/// </summary>
internal static partial class WordSplitter
{
    /// <summary>The words of a text in byte characters; no merge ever crosses a word's border.</summary>
    public static IEnumerable<string> Split(string text) =>
        Digits().Split(text)
            .Where(piece => piece.Length > 0)
            .SelectMany(piece => Words().Matches(piece))
            .Select(match => ByteAlphabet.Write(match.Value));

    // The group makes Split keep the digits.
    [GeneratedRegex(@"(\p{N})", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
