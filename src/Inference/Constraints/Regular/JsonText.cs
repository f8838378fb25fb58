using System.Globalization;
using System.Text;

namespace Hybrid.Inference.Constraints.Regular;

/// <summary>How characters and strings are written within JSON.</summary>
internal static class JsonText
{
    private static readonly CodePointSet Raw = CodePointSet.Of((' ', '!'), ('#', '['), (']', 0x10FFFF));

    /// <summary>One character of a string in its shortest form: raw, or escaped where it must be.</summary>
    public static Regex CanonicalCharacter { get; } = Encode(CodePointSet.All);

    /// <summary>One character of a string in any form JSON allows, but for lone surrogates, which are no text.</summary>
    public static Regex AnyCharacter { get; } = Regex.Or(
        Raw.ToUtf8(),
        Regex.Concat(Regex.Literal("\\"u8), Regex.Or([.. "\"\\/bfnrt".Select(c => Regex.Of(c, c)), UnicodeEscape()])));

    /// <summary>One character in any form.</summary>
    public static Dfa AnyCharacterLanguage { get; } = ByteNfa.ToDfa(AnyCharacter, new WorkBudget());

    /// <summary>A string in any form, quotes included.</summary>
    public static Dfa AnyString { get; } = ByteNfa.ToDfa(AnyCharacter.Times(0, null), new WorkBudget()).Between("\""u8, "\""u8);

    /// <summary>One character in its shortest form.</summary>
    public static Dfa CanonicalCharacterLanguage { get; } = ByteNfa.ToDfa(CanonicalCharacter, new WorkBudget());

    /// <summary>A string in its shortest form, quotes included.</summary>
    public static Dfa CanonicalString { get; } = ByteNfa.ToDfa(CanonicalCharacter.Times(0, null), new WorkBudget()).Between("\""u8, "\""u8);

    /// <summary>White space between values: nothing, a space, or a line with its indentation; bounded, so that it ends.</summary>
    public static Regex WhiteSpace { get; } = Regex.Or(
        Regex.Empty, Regex.Literal(" "u8), Regex.Concat(Regex.Literal("\n"u8), Regex.Or(Regex.Of(' ', ' ').Times(0, 32), Regex.Of('\t', '\t').Times(1, 8))));

    /// <summary>What may stand between a name and its value.</summary>
    public static Regex Colon { get; } = Regex.Concat(Regex.Literal(":"u8), Regex.Literal(" "u8).Optional());

    /// <summary>The characters of a set in their shortest form.</summary>
    public static Regex Encode(CodePointSet set)
    {
        var raw = set.Complement().Union(Raw.Complement()).Complement();
        var choices = new List<Regex>();
        if (raw.Ranges.Count > 0)
        {
            choices.Add(raw.ToUtf8());
        }

        foreach (var (first, last) in set.Ranges)
        {
            for (var c = first; c <= Math.Min(last, '\\'); c++)
            {
                if (c is < ' ' or '"' or '\\')
                {
                    choices.Add(Regex.Literal(Encoding.ASCII.GetBytes(Escape((char)c))));
                }
            }
        }

        return new Regex.Choice(choices);
    }

    /// <summary>A string in its shortest form, quotes included.</summary>
    public static byte[] Quote(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var c in text)
        {
            json.Append(c is < ' ' or '"' or '\\' ? Escape(c) : c.ToString());
        }

        return Encoding.UTF8.GetBytes(json.Append('"').ToString());
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };

    private static Regex UnicodeEscape()
    {
        var hex = Hex("09afAF");
        // A pair of surrogates, or anything but a surrogate.
        return Regex.Concat(
            Regex.Literal("u"u8),
            Regex.Or(
                Regex.Concat(Hex("09acefACEF"), hex, hex, hex),
                Regex.Concat(Hex("ddDD"), Hex("07"), hex, hex),
                Regex.Concat(
                    Hex("ddDD"), Hex("89abAB"), hex, hex, Regex.Literal("\\u"u8), Hex("ddDD"), Hex("cfCF"), hex, hex)));
    }

    private static Regex.Choice Hex(string bounds) =>
        new([.. bounds.Chunk(2).Select(pair => Regex.Of(pair[0], pair[1]))]);
}
