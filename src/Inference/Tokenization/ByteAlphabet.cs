namespace Hybrid.Inference.Tokenization;

/// <summary>GPT-2's printable alphabet for the 256 bytes, in which byte-level vocabularies are written.</summary>
internal static class ByteAlphabet
{
    private const int Size = 0x144;
    private static readonly char[] Chars = new char[256];
    private static readonly short[] Bytes = new short[Size];

    static ByteAlphabet()
    {
        Array.Fill(Bytes, (short)-1);
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            var c = (char)(printable ? value : next++);
            Chars[value] = c;
            Bytes[c] = (short)value;
        }
    }

    public static char ToChar(byte value) => Chars[value];

    /// <summary>The byte a character stands for, or -1 for one outside the alphabet.</summary>
    public static int ToByte(char c) => c < Size ? Bytes[c] : -1;

    /// <summary>Writes bytes in the alphabet.</summary>
    public static void ToChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            chars[i] = Chars[bytes[i]];
        }
    }
}
