namespace Hybrid.Inference.Tokenization;

/// <summary>BERT's word pieces: from the left, always the longest token that fits. Safe for any number of threads.</summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="prefix">What begins a token that continues a word.</param>
/// <param name="unknown">The token for a word that cannot be pieced together.</param>
/// <param name="longestWord">Words of more characters are unknown.</param>
internal sealed class WordPieceModel(BpeVocabulary vocabulary, string prefix, int unknown, int longestWord) : WordModel
{
    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        var characters = 0;
        foreach (var _ in word.EnumerateRunes())
        {
            characters++;
        }

        if (characters > longestWord)
        {
            ids.Add(unknown);
            return;
        }

        var start = ids.Count;
        Span<char> candidate = new char[prefix.Length + word.Length];
        prefix.CopyTo(candidate);
        for (var at = 0; at < word.Length;)
        {
            // Behind the first piece the prefix belongs to the token.
            word[at..].CopyTo(candidate[prefix.Length..]);
            var lead = at == 0 ? prefix.Length : 0;
            var length = word.Length - at;
            var id = -1;
            for (; length > 0; length--)
            {
                id = vocabulary.Find(candidate[lead..(prefix.Length + length)]);
                if (id >= 0)
                {
                    break;
                }
            }

            if (id < 0)
            {
                ids.RemoveRange(start, ids.Count - start);
                ids.Add(unknown);
                return;
            }

            ids.Add(id);
            at += length;
        }
    }
}
