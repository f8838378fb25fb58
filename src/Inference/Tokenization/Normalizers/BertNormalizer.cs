using System.Globalization;

namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>What BERT does to text: removes control characters, sets ideographs apart, strips accents, lowers case.</summary>
internal static class BertNormalizer
{
    /// <summary>The steps that are wanted, in their order.</summary>
    /// <param name="cleansText">Whether control characters go and white space becomes spaces.</param>
    /// <param name="setsIdeographsApart">Whether spaces are put around ideographs.</param>
    /// <param name="stripsAccents">Whether accents go; null to do as <paramref name="lowersCase"/> does.</param>
    /// <param name="lowersCase">Whether letters become small.</param>
    public static TextNormalizer Create(bool cleansText, bool setsIdeographsApart, bool? stripsAccents, bool lowersCase)
    {
        var steps = new List<TextNormalizer>();
        if (cleansText)
        {
            steps.Add(new CharacterNormalizer(c => IsRemoved(c) ? "" : c != ' ' && UnicodeClasses.IsWhiteSpace(c) ? " " : null));
        }

        if (setsIdeographsApart)
        {
            steps.Add(new CharacterNormalizer(c => IsIdeograph(c) ? $" {char.ConvertFromUtf32(c)} " : null));
        }

        if (stripsAccents ?? lowersCase)
        {
            steps.Add(new UnicodeFormNormalizer(compatible: false, compose: false));
            steps.Add(new CharacterNormalizer(c => CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark ? "" : null));
        }

        if (lowersCase)
        {
            steps.Add(CharacterNormalizer.Lowercase());
        }

        return new NormalizerSequence(steps);
    }

    private static bool IsRemoved(int c) => c is 0 or 0xFFFD || (c is not ('\t' or '\n' or '\r')
        && CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate);

    /// <summary>The blocks of ideographs as the tokenizers library has them, of which one begins later than in Unicode.</summary>
    private static bool IsIdeograph(int c) => c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
