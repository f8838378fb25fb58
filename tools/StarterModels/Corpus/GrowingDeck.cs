namespace Hybrid.StarterModels.Corpus;

/// <summary>
/// A deck that begins with its first few items and gains one more with every so many deals, up to all of them. A model that first meets few
/// facts learns early how to look one up, and then only has to add facts; thousands at once leave it on a plateau for most of a short training.
/// </summary>
internal sealed class GrowingDeck<T>(IReadOnlyList<T> items, int initial, int dealsPerNewItem)
{
    private readonly List<T> _round = [];
    private long _deals;
    private int _dealt;

    public T Deal(Random64 random)
    {
        if (_dealt == _round.Count)
        {
            var known = (int)Math.Min(items.Count, initial + (_deals / dealsPerNewItem));
            _round.Clear();
            _round.AddRange(items.Take(known));
            random.Shuffle(_round);
            _dealt = 0;
        }

        _deals++;
        return _round[_dealt++];
    }
}
