using System.Globalization;
using System.Text;

namespace Hybrid.Inference.Tokenization;

/// <summary>The character classes of the tokenizer format, where .NET's own differ or know no supplementary planes.</summary>
internal static class UnicodeClasses
{
    /// <summary>Word characters of Unicode TR18, as a .NET character class without brackets.</summary>
    public const string WordClass = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";

    /// <summary>Whether a character belongs to a word: letters, marks, digits, letter numbers, connectors, enclosed letters.</summary>
    public static bool IsWord(int codePoint)
    {
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            <= UnicodeCategory.OtherLetter => true,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
            // Other_Alphabetic symbols (PropList.txt) and the two Join_Control characters.
            UnicodeCategory.OtherSymbol => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
                or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
            _ => codePoint is 0x200C or 0x200D,
        };
    }

    public static bool IsWhiteSpace(int codePoint) => codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint);

    public static bool IsNumber(int codePoint)
    {
        return CharUnicodeInfo.GetUnicodeCategory(codePoint)
            is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
    }

    public static bool IsMark(int codePoint)
    {
        return CharUnicodeInfo.GetUnicodeCategory(codePoint)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
    }

    /// <summary>Unicode punctuation, and the ASCII symbols (<c>$+&lt;=&gt;^`|~</c>) that the format counts with it.</summary>
    public static bool IsPunctuation(int codePoint)
    {
        if (codePoint < 0x80)
        {
            return codePoint > ' ' && codePoint < 0x7F && !char.IsAsciiLetterOrDigit((char)codePoint);
        }

        return CharUnicodeInfo.GetUnicodeCategory(codePoint)
            is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;
    }

    /// <summary>Reads the code point at a position of well-formed text.</summary>
    public static int CodePointAt(ReadOnlySpan<char> text, int index, out int length)
    {
        var c = text[index];
        if (char.IsHighSurrogate(c) && index + 1 < text.Length)
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }

        length = 1;
        return c;
    }

    /// <summary>Reads the code point that ends before a position of well-formed text.</summary>
    public static int CodePointBefore(ReadOnlySpan<char> text, int index)
    {
        var c = text[index - 1];
        return char.IsLowSurrogate(c) && index > 1 ? char.ConvertToUtf32(text[index - 2], c) : c;
    }

    /// <summary>The text with every lone surrogate replaced by U+FFFD; offsets stay as they were.</summary>
    public static string WellFormed(string text)
    {
        var at = FindLoneSurrogate(text, 0);
        if (at < 0)
        {
            return text;
        }

        var chars = text.ToCharArray();
        for (; at >= 0; at = FindLoneSurrogate(text, at + 1))
        {
            chars[at] = (char)Rune.ReplacementChar.Value;
        }

        return new string(chars);
    }

    private static int FindLoneSurrogate(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            var next = text.AsSpan(i).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return -1;
            }

            i += next;
            if (char.IsLowSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                return i;
            }

            i++;
        }

        return -1;
    }
}
