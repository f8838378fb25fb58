using System.Globalization;

namespace Hybrid.Inference.Tokenization.Patterns;

/// <summary>Characters that stand for those beyond the basic plane: same category, and named by no literal of the pattern.</summary>
internal sealed class ShadowAlphabet
{
    private const int Categories = (int)UnicodeCategory.OtherNotAssigned + 1;

    // One row for characters that are no word characters, one for those that are; only symbols can be either.
    private readonly char[] _standIns = new char[Categories * 2];

    /// <exception cref="FormatException">The pattern names every character of a category.</exception>
    public ShadowAlphabet(IReadOnlyList<TextRange> literals)
    {
        for (var c = (int)char.MaxValue; c >= 0x80; c--)
        {
            ref var standIn = ref _standIns[Index(c)];
            if (standIn == '\0' && !char.IsSurrogate((char)c) && !literals.Any(range => c >= range.Start && c < range.End))
            {
                standIn = (char)c;
            }
        }

        ReadOnlySpan<int> samples = [0x10400, 0x10428, 0x1E4EB, 0x10000, 0x10A0F, 0x11000, 0x104A0, 0x10140, 0x10107, 0x1F600, 0x1F130,
            0x10100, 0x1D6C1, 0x1F3FB, 0x110BD, 0xF0000, 0x1FFFE];
        foreach (var sample in samples)
        {
            if (_standIns[Index(sample)] == '\0')
            {
                throw new FormatException("its ranges leave no character of a Unicode category out");
            }
        }
    }

    public char StandInFor(int codePoint) => _standIns[Index(codePoint)];

    private static int Index(int codePoint)
    {
        return (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) + (UnicodeClasses.IsWord(codePoint) ? Categories : 0);
    }
}
