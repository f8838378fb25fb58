
namespace Hybrid.Inference.Tokenization;

/// <summary>Merges the symbols of one word: lowest rank first, leftmost among equals, until no pair merges.</summary>
internal static class WordMerger
{
    /// <summary>Up to here rescanning a word after each merge beats keeping a queue.</summary>
    private const int ShortWord = 32;

    /// <summary>Merges in place.</summary>
    /// <returns>How many symbols are left, at the start of <paramref name="symbols"/>.</returns>
    public static int Merge(MergeTable merges, Span<int> symbols)
    {
        return symbols.Length <= ShortWord ? MergeShort(merges, symbols) : MergeLong(merges, symbols);
    }

    private static int MergeShort(MergeTable merges, Span<int> symbols)
    {
        var count = symbols.Length;
        Span<int> ranks = stackalloc int[ShortWord];
        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = merges.Find(symbols[i], symbols[i + 1]);
        }

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                {
                    best = i;
                }
            }

            if (ranks[best] == MergeTable.None)
            {
                break;
            }

            symbols[best] = merges.Result(ranks[best]);
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            count--;
            if (best + 1 < count)
            {
                ranks[best] = merges.Find(symbols[best], symbols[best + 1]);
            }

            if (best > 0)
            {
                ranks[best - 1] = merges.Find(symbols[best - 1], symbols[best]);
            }
        }

        return count;
    }

    /// <summary>The same with a queue and a linked list: O(n log n), since a whole text can be one word.</summary>
    private static int MergeLong(MergeTable merges, Span<int> symbols)
    {
        var count = symbols.Length;
        var links = Scratch.Rent<Link>(count);
        // Each merge takes one entry and adds at most two, and there are fewer merges than symbols.
        var queue = new MergeQueue(count, count * 2);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var rank = i + 1 < count ? merges.Find(symbols[i], symbols[i + 1]) : MergeTable.None;
                links[i] = new Link(i - 1, i + 1, rank);
                if (rank != MergeTable.None)
                {
                    queue.Add(rank, i);
                }
            }

            while (queue.TryTake(out var rank, out var left))
            {
                ref var link = ref links[left];
                if (link.Rank != rank)
                {
                    continue;
                }

                var right = link.Next;
                var after = links[right].Next;
                symbols[left] = merges.Result(rank);
                links[right].Rank = Link.Gone;
                link.Next = after;
                link.Rank = MergeTable.None;
                if (after < count)
                {
                    links[after].Previous = left;
                    Enqueue(merges, symbols, links, left, after, ref queue);
                }

                if (link.Previous >= 0)
                {
                    Enqueue(merges, symbols, links, link.Previous, left, ref queue);
                }
            }

            var kept = 0;
            for (var i = 0; i < count; i = links[i].Next)
            {
                symbols[kept++] = symbols[i];
            }

            return kept;
        }
        finally
        {
            Scratch.Return(links);
            queue.Release();
        }
    }

    private static void Enqueue(
        MergeTable merges, Span<int> symbols, Link[] links, int left, int right, ref MergeQueue queue)
    {
        var rank = merges.Find(symbols[left], symbols[right]);
        links[left].Rank = rank;
        if (rank != MergeTable.None)
        {
            queue.Add(rank, left);
        }
    }

    /// <summary>A symbol's neighbours, and the rank of the pair it forms with the next one.</summary>
    private struct Link(int previous, int next, int rank)
    {
        public const int Gone = -1;
        public int Previous = previous;
        public int Next = next;
        public int Rank = rank;
    }
}
