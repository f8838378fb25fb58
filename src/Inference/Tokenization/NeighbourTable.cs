using System.Text;

namespace Hybrid.Inference.Tokenization;

/// <summary>Which characters some merge joins: the last of its left token and the first of its right one.</summary>
internal sealed class NeighbourTable
{
    private readonly MergeTable _pairs;

    private NeighbourTable(int capacity) => _pairs = new MergeTable(capacity);

    /// <summary>Lists the pairs.</summary>
    /// <returns>The table, or null if a merge touches a token that stands for an unknown character, whose text tells nothing.</returns>
    public static NeighbourTable? Create(
        IReadOnlyCollection<(string Left, string Right)> merges, BpeVocabulary vocabulary, IReadOnlySet<string> standIns)
    {
        var table = new NeighbourTable(merges.Count);
        foreach (var (left, right) in merges)
        {
            if (left.Length == 0 || right.Length == 0
                || standIns.Contains(left) || standIns.Contains(right) || standIns.Contains(left + right))
            {
                return null;
            }

            Rune.DecodeLastFromUtf16(left, out var last, out _);
            Rune.DecodeFromUtf16(right, out var first, out _);
            var before = vocabulary.FindCharacter(last.Value);
            var after = vocabulary.FindCharacter(first.Value);
            // A token with a character that is none cannot come about; the rank is of no use here.
            if (before >= 0 && after >= 0)
            {
                table._pairs.Add(before, after, rank: 0, result: 0);
            }
        }

        return table;
    }

    public bool Contains(int left, int right) => _pairs.Find(left, right) != MergeTable.None;
}
