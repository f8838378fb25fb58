namespace Hybrid.Inference.Tokenization;

/// <summary>The model's own tokens, without those added on top.</summary>
internal sealed class BpeVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int[] _basicPlane = new int[char.MaxValue + 1];
    private readonly Dictionary<int, int> _supplementary = [];

    /// <param name="ids">The id of each token; kept, not copied.</param>
    public BpeVocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        _lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        Array.Fill(_basicPlane, -1);
        foreach (var (token, id) in ids)
        {
            LongestToken = Math.Max(LongestToken, token.Length);
            if (token.Length == 1)
            {
                _basicPlane[token[0]] = id;
            }
            else if (token.Length == 2 && char.IsSurrogatePair(token[0], token[1]))
            {
                _supplementary[char.ConvertToUtf32(token[0], token[1])] = id;
            }
        }
    }

    /// <value>The length of the longest token in UTF-16 units; longer text is no token.</value>
    public int LongestToken { get; }

    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>The id of a token, or -1.</summary>
    public int Find(ReadOnlySpan<char> token)
    {
        return token.Length <= LongestToken && _lookup.TryGetValue(token, out var id) ? id : -1;
    }

    /// <summary>The id of the token for one character, or -1.</summary>
    public int FindCharacter(int codePoint)
    {
        return codePoint <= char.MaxValue ? _basicPlane[codePoint] : _supplementary.GetValueOrDefault(codePoint, -1);
    }
}
