using System.Text;

namespace Hybrid.StarterModels.Tokenizing;

/// <summary>The printable character for each byte that byte-level tokenizers use (OpenAI's <c>bytes_to_unicode</c>).</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();

    public static IReadOnlyList<char> All => Characters;

    public static string Write(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(value => Characters[value]));

    private static char[] Build()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = printable ? (char)value : (char)next++;
        }

        return characters;
    }
}
