namespace Hybrid.StarterModels.Tokenizing;

/// <summary>Learns byte-pair merges: the most frequent neighbours become one token, again and again.</summary>
internal static class BytePairTrainer
{
    /// <summary>Trains until the vocabulary holds <paramref name="vocabularySize"/> tokens or no pair occurs twice.</summary>
    public static BytePairTokenizer Train(IEnumerable<string> texts, int vocabularySize)
    {
        var words = texts.SelectMany(WordSplitter.Split)
            .GroupBy(word => word)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (Pieces: group.Key.Select(character => character.ToString()).ToList(), Count: group.Count()))
            .ToList();
        var merges = new List<(string Left, string Right)>();
        while (SpecialTokens.All.Count + ByteAlphabet.All.Count + merges.Count < vocabularySize)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            foreach (var (pieces, count) in words)
            {
                for (var i = 0; i + 1 < pieces.Count; i++)
                {
                    counts[(pieces[i], pieces[i + 1])] = counts.GetValueOrDefault((pieces[i], pieces[i + 1])) + count;
                }
            }

            // Ties fall to the alphabet, so that the same texts always give the same tokenizer.
            var best = counts
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key.Left, StringComparer.Ordinal)
                .ThenBy(pair => pair.Key.Right, StringComparer.Ordinal)
                .FirstOrDefault();
            if (best.Value < 2)
            {
                break;
            }

            merges.Add(best.Key);
            foreach (var (pieces, _) in words)
            {
                BytePairTokenizer.Merge(pieces, best.Key);
            }
        }

        return new BytePairTokenizer(merges);
    }
}
