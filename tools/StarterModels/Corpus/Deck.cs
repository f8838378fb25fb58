namespace Hybrid.StarterModels.Corpus;

/// <summary>Deals every item once, in random order, before any item comes again: all facts get the same number of exposures.</summary>
internal sealed class Deck<T>(IEnumerable<T> items)
{
    private readonly List<T> _items = [.. items];
    private int _dealt = int.MaxValue;

    public T Deal(Random64 random)
    {
        if (_dealt >= _items.Count)
        {
            random.Shuffle(_items);
            _dealt = 0;
        }

        return _items[_dealt++];
    }
}
