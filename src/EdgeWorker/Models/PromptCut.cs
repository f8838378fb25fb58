using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Models;

/// <summary>Makes a conversation shorter where that is better than no answer: what stands in the middle of its longest messages goes.</summary>
internal static class PromptCut
{
    private const string Mark = "\n…\n";

    /// <summary>Characters: to less than that the other messages are not cut for the sake of the oldest.</summary>
    private const int Short = 64;

    /// <summary>Cuts a conversation down to so many tokens: the longest messages to a common length, after the oldest have gone where there are too many.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="most">The most tokens.</param>
    /// <param name="count">Counts a conversation's tokens; null if it cannot.</param>
    public static IReadOnlyList<PromptMessage> Fit(IReadOnlyList<PromptMessage> messages, int most, Func<IReadOnlyList<PromptMessage>, int?> count)
    {
        if (Fits(messages))
        {
            return messages;
        }

        var oldest = First(messages.Count - 1, gone => Fits(Capped(messages.Skip(gone), Short)));
        var kept = messages.Skip(oldest).ToList();
        var longest = kept.Max(message => message.Content.Length);
        return Capped(kept, longest - First(longest, gone => Fits(Capped(kept, longest - gone))));

        bool Fits(IReadOnlyList<PromptMessage> conversation) => count(conversation) is not { } tokens || tokens <= most;
    }

    /// <summary>The first number from 0 on with which it holds, found by halving; the last if it holds with none before.</summary>
    private static int First(int last, Func<int, bool> holds)
    {
        var first = 0;
        while (first < last)
        {
            var middle = first + ((last - first) / 2);
            (first, last) = holds(middle) ? (first, middle) : (middle + 1, last);
        }

        return first;
    }

    private static List<PromptMessage> Capped(IEnumerable<PromptMessage> messages, int length) =>
    [
        .. messages.Select(message => message.Content.Length <= length + Mark.Length ? message : message with { Content = WithoutMiddle(message.Content, length) }),
    ];

    /// <summary>The beginning and the end, with no half of a surrogate pair at the borders.</summary>
    private static string WithoutMiddle(string text, int length)
    {
        var start = length / 2;
        var end = text.Length - (length - start);
        start -= start > 0 && char.IsHighSurrogate(text[start - 1]) ? 1 : 0;
        end += end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
        return string.Concat(text.AsSpan(0, start), Mark, text.AsSpan(end));
    }
}
