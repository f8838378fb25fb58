using System.Text;

namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>The four Unicode normalisation forms (UAX #15).</summary>
internal sealed class UnicodeFormNormalizer(bool compatible, bool compose) : TextNormalizer
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadingFirst = 0x1100;
    private const int LeadingCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TrailingFirst = 0x11A7;
    private const int TrailingCount = 28;
    private readonly UnicodeNormalizationData _data = UnicodeNormalizationData.Instance;

    /// <value>Characters below this one are in the form already and never join what stands before them.</value>
    private char FirstAffected => compatible ? '\u00A0' : compose ? '\u0300' : '\u00C0';

    public override NormalizedText Apply(NormalizedText source)
    {
        var text = source.Text;
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstAffected - 1)) < 0)
        {
            return source;
        }

        var builder = new NormalizedTextBuilder(source);
        var parts = new List<Part>();
        var output = new StringBuilder();
        for (var start = 0; start < text.Length;)
        {
            var plain = text.AsSpan(start).IndexOfAnyExceptInRange('\0', (char)(FirstAffected - 1));
            plain = plain < 0 ? text.Length - start : plain;
            // The last plain character may be the base of what follows.
            if (plain > 1)
            {
                builder.Keep(start, plain - 1);
                start += plain - 1;
            }

            var end = Read(text, start, parts);
            Order(parts);
            output.Clear();
            Write(parts, output);
            if (text.AsSpan(start, end - start).Equals(output.ToString(), StringComparison.Ordinal))
            {
                builder.Keep(start, end - start);
            }
            else
            {
                builder.Replace(start, end - start, output.ToString());
            }

            start = end;
        }

        return builder.Build();
    }

    /// <summary>Decomposes up to the next character that nothing before it can reach.</summary>
    private int Read(string text, int start, List<Part> parts)
    {
        parts.Clear();
        for (var i = start; i < text.Length;)
        {
            var character = UnicodeClasses.CodePointAt(text, i, out var length);
            var count = parts.Count;
            Decompose(character, parts);
            if (count > 0 && parts[count] is { CombiningClass: 0 } first && !JoinsPrevious(first.Character))
            {
                parts.RemoveRange(count, parts.Count - count);
                return i;
            }

            i += length;
        }

        return text.Length;
    }

    private bool JoinsPrevious(int character)
    {
        return compose && (character is (>= VowelFirst and < VowelFirst + VowelCount)
            or (> TrailingFirst and < TrailingFirst + TrailingCount) || _data.ComposesWithPrevious(character));
    }

    private void Decompose(int character, List<Part> parts)
    {
        var syllable = character - HangulFirst;
        if (syllable is >= 0 and < HangulCount)
        {
            parts.Add(new Part(LeadingFirst + (syllable / (VowelCount * TrailingCount)), 0));
            parts.Add(new Part(VowelFirst + (syllable / TrailingCount % VowelCount), 0));
            if (syllable % TrailingCount > 0)
            {
                parts.Add(new Part(TrailingFirst + (syllable % TrailingCount), 0));
            }
        }
        else if (_data.Decompose(character, compatible) is { } decomposition)
        {
            foreach (var part in decomposition)
            {
                parts.Add(new Part(part, _data.CombiningClass(part)));
            }
        }
        else
        {
            parts.Add(new Part(character, _data.CombiningClass(character)));
        }
    }

    /// <summary>Sorts each run of combining marks by class, keeping equals in order.</summary>
    private static void Order(List<Part> parts)
    {
        for (var start = 0; start < parts.Count; start++)
        {
            var end = start;
            var sorted = true;
            for (; end < parts.Count && parts[end].CombiningClass != 0; end++)
            {
                sorted &= end == start || parts[end - 1].CombiningClass <= parts[end].CombiningClass;
            }

            if (!sorted)
            {
                var run = parts.GetRange(start, end - start).OrderBy(part => part.CombiningClass).ToList();
                for (var i = 0; i < run.Count; i++)
                {
                    parts[start + i] = run[i];
                }
            }

            start = Math.Max(start, end - 1);
        }
    }

    private void Write(List<Part> parts, StringBuilder output)
    {
        if (compose)
        {
            Compose(parts);
        }

        foreach (var part in parts)
        {
            if (part.Character >= 0)
            {
                output.Append(char.ConvertFromUtf32(part.Character));
            }
        }
    }

    /// <summary>Joins each character to the last starter unless something between them blocks it; joined ones become negative.</summary>
    private void Compose(List<Part> parts)
    {
        var starter = -1;
        var between = -1;
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            if (starter >= 0 && between < part.CombiningClass)
            {
                var joined = Join(parts[starter].Character, part.Character);
                if (joined >= 0)
                {
                    parts[starter] = new Part(joined, 0);
                    parts[i] = new Part(-1, 0);
                    continue;
                }
            }

            if (part.CombiningClass == 0)
            {
                starter = i;
                between = -1;
            }
            else
            {
                between = part.CombiningClass;
            }
        }
    }

    private int Join(int first, int second)
    {
        if (first is >= LeadingFirst and < LeadingFirst + LeadingCount && second is >= VowelFirst and < VowelFirst + VowelCount)
        {
            return HangulFirst + ((((first - LeadingFirst) * VowelCount) + second - VowelFirst) * TrailingCount);
        }

        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TrailingCount == 0
            && second is > TrailingFirst and < TrailingFirst + TrailingCount)
        {
            return first + second - TrailingFirst;
        }

        return _data.Compose(first, second);
    }

    private readonly record struct Part(int Character, int CombiningClass);
}
