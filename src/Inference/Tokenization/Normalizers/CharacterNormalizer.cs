namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Rewrites character by character: lower case, or the removal of accents.</summary>
/// <param name="rewrite">What a code point becomes; null for itself.</param>
internal sealed class CharacterNormalizer(Func<int, string?> rewrite) : TextNormalizer
{
    /// <summary>Unicode's full lower case without context, which differs from .NET's simple one for one character.</summary>
    public static CharacterNormalizer Lowercase()
    {
        return new CharacterNormalizer(c =>
        {
            if (c == 0x130)
            {
                return "i\u0307";
            }

            var text = char.ConvertFromUtf32(c);
            var lower = text.ToLowerInvariant();
            return lower == text ? null : lower;
        });
    }

    public static CharacterNormalizer StripAccents() => new(c => UnicodeClasses.IsMark(c) ? "" : null);

    public override NormalizedText Apply(NormalizedText source)
    {
        var builder = new NormalizedTextBuilder(source);
        for (var i = 0; i < source.Text.Length;)
        {
            var character = UnicodeClasses.CodePointAt(source.Text, i, out var length);
            if (rewrite(character) is { } other)
            {
                builder.Replace(i, length, other);
            }
            else
            {
                builder.Keep(i, length);
            }

            i += length;
        }

        return builder.Build();
    }
}
