namespace Hybrid.StarterModels.Tokenizing;

/// <summary>A trained byte-level BPE tokenizer: special tokens first, then the 256 bytes, then the merges in order of rank.</summary>
internal sealed class BytePairTokenizer
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Left, string Right), int> _ranks = [];
    private readonly Dictionary<string, int[]> _words = new(StringComparer.Ordinal);

    public BytePairTokenizer(IReadOnlyList<(string Left, string Right)> merges)
    {
        Merges = merges;
        var tokens = SpecialTokens.All
            .Concat(ByteAlphabet.All.Select(character => character.ToString()))
            .Concat(merges.Select(merge => merge.Left + merge.Right));
        foreach (var token in tokens)
        {
            // Two merges can spell the same token; the first keeps the id, and the count of ids stays the count of spellings.
            _ids.TryAdd(token, _ids.Count);
        }

        foreach (var merge in merges)
        {
            _ranks.TryAdd(merge, _ranks.Count);
        }
    }

    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Every token, special ones included, with its id.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary => _ids;

    public int IdOf(string token) => _ids[token];

    /// <summary>The ids of ordinary text; special tokens in it are read as plain characters.</summary>
    public IEnumerable<int> Encode(string text) => WordSplitter.Split(text).SelectMany(EncodeWord);

    /// <summary>Joins every neighbouring occurrence of a pair, left to right.</summary>
    public static void Merge(List<string> pieces, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < pieces.Count; i++)
        {
            if (pieces[i] == pair.Left && pieces[i + 1] == pair.Right)
            {
                pieces[i] += pieces[i + 1];
                pieces.RemoveAt(i + 1);
            }
        }
    }

    private int[] EncodeWord(string word)
    {
        if (_words.TryGetValue(word, out var known))
        {
            return known;
        }

        var pieces = word.Select(character => character.ToString()).ToList();
        while (pieces.Count > 1)
        {
            var best = pieces.Zip(pieces.Skip(1)).MinBy(pair => _ranks.GetValueOrDefault(pair, int.MaxValue));
            if (!_ranks.ContainsKey(best))
            {
                break;
            }

            Merge(pieces, best);
        }

        return _words[word] = [.. pieces.Select(piece => _ids[piece])];
    }
}
