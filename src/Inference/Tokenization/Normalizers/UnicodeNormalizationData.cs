using System.Globalization;

namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Unicode's decompositions, compositions and combining classes.</summary>
/// <remarks>
/// The runtime has them only through ICU: under invariant globalisation, which these processes use, <c>string.Normalize</c> returns
/// any text as it is.
/// </remarks>
internal sealed class UnicodeNormalizationData
{
    private const string ResourceName = "Hybrid.Inference.Tokenization.UnicodeNormalization.txt";
    private static readonly Lazy<UnicodeNormalizationData> Loaded = new(() => new UnicodeNormalizationData());
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly HashSet<int> _seconds = [];

    private UnicodeNormalizationData()
    {
        using var stream = typeof(UnicodeNormalizationData).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {ResourceName}.");
        using var reader = new StreamReader(stream);
        var composed = new List<(int Character, int[] Parts)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("class ", StringComparison.Ordinal))
            {
                ReadClass(line);
            }
            else if (line.IndexOfAny(['=', '!', '~']) is var sign && sign > 0 && line[0] != '#')
            {
                var character = ParseHex(line.AsSpan(0, sign));
                var parts = line[(sign + 1)..].Split(' ').Select(part => ParseHex(part)).ToArray();
                (line[sign] == '~' ? _compatible : _canonical)[character] = parts;
                if (line[sign] == '=')
                {
                    composed.Add((character, parts));
                }
            }
        }

        AddCompositions(composed);
    }

    public static UnicodeNormalizationData Instance => Loaded.Value;

    public int CombiningClass(int character) => _classes.GetValueOrDefault(character);

    /// <summary>The decomposition in full, or null for a character that is its own.</summary>
    public int[]? Decompose(int character, bool compatible)
    {
        return compatible && _compatible.TryGetValue(character, out var parts) ? parts : _canonical.GetValueOrDefault(character);
    }

    /// <summary>The character that two others compose into, or -1.</summary>
    public int Compose(int first, int second) => _compositions.GetValueOrDefault((first, second), -1);

    /// <summary>Whether some character composes with this one after it.</summary>
    public bool ComposesWithPrevious(int character) => _seconds.Contains(character);

    private static int ParseHex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private void ReadClass(string line)
    {
        var parts = line.Split(' ');
        var combiningClass = byte.Parse(parts[1].TrimEnd(':'), CultureInfo.InvariantCulture);
        foreach (var range in parts[2..])
        {
            var ends = range.Split("..");
            for (var c = ParseHex(ends[0]); c <= ParseHex(ends[^1]); c++)
            {
                _classes[c] = combiningClass;
            }
        }
    }

    /// <summary>A character is composed of its last part and of the character that the parts before it compose into.</summary>
    private void AddCompositions(List<(int Character, int[] Parts)> composed)
    {
        foreach (var (character, parts) in composed.OrderBy(entry => entry.Parts.Length))
        {
            var first = parts[0];
            foreach (var part in parts[1..^1])
            {
                first = Compose(first, part);
            }

            _compositions[(first, parts[^1])] = character;
            _seconds.Add(parts[^1]);
        }
    }
}
