namespace Hybrid.Inference.Tokenization;

/// <summary>Remembers the ids of recent short words.</summary>
/// <remarks>
/// Bounded because every word has one place and evicts whatever was there; safe for any number of threads because an entry never
/// changes and a place is one reference.
/// </remarks>
internal sealed class WordCache
{
    /// <summary>Longer words rarely come again.</summary>
    public const int MaxWordLength = 64;

    private const int Places = 1 << 16;
    private readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>Looks a word up.</summary>
    /// <param name="word">A word of at most <see cref="MaxWordLength"/> characters.</param>
    /// <param name="place">Where to <see cref="Store"/> it if it is not here.</param>
    public int[]? Find(ReadOnlySpan<char> word, out int place)
    {
        place = string.GetHashCode(word) & (Places - 1);
        var entry = Volatile.Read(ref _entries[place]);
        return entry is not null && word.SequenceEqual(entry.Word) ? entry.Ids : null;
    }

    public void Store(int place, ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        Volatile.Write(ref _entries[place], new Entry(word.ToString(), ids.ToArray()));
    }

    private sealed record Entry(string Word, int[] Ids);
}
