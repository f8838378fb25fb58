using Hybrid.StarterModels.Corpus;

namespace Hybrid.StarterModels.Tests.Corpus;

/// <summary>Few facts at first, all of them in the end, and then each as often as any other.</summary>
public sealed class GrowingDeckTests
{
    [Fact]
    public void Deal_Beginning_KnowsTheFirstItemsOnly()
    {
        var deck = new GrowingDeck<int>([.. Enumerable.Range(0, 100)], 10, 5);
        var random = Random64.For(1, "test");

        var first = Enumerable.Range(0, 10).Select(_ => deck.Deal(random)).Order();

        Assert.Equal(Enumerable.Range(0, 10), first);
    }

    [Fact]
    public void Deal_AllKnown_DealsEachEquallyOften()
    {
        var deck = new GrowingDeck<int>([.. Enumerable.Range(0, 100)], 10, 5);
        var random = Random64.For(1, "test");
        for (var deal = 0; deal < 1000; deal++)
        {
            deck.Deal(random);
        }

        var counts = Enumerable.Range(0, 1000).Select(_ => deck.Deal(random)).CountBy(item => item).Select(pair => pair.Value).ToList();

        Assert.Equal(100, counts.Count);
        // The thousand may begin and end within a round.
        Assert.True(counts.Max() - counts.Min() <= 2, $"Between {counts.Min()} and {counts.Max()} times.");
    }
}
