using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Models;

/// <summary>Makes a conversation shorter where that is better than no answer: what stands in the middle of its longest message goes.</summary>
internal static class PromptCut
{
    private const string Mark = "\n…\n";

    /// <summary>Tokens do not stand evenly in a text, and a border makes new ones.</summary>
    private const int MostSteps = 16;

    /// <summary>Cuts until a conversation has few enough tokens, or nothing more can go.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="most">The most tokens.</param>
    /// <param name="count">Counts a conversation's tokens; null if it cannot.</param>
    public static IReadOnlyList<PromptMessage> Fit(IReadOnlyList<PromptMessage> messages, int most, Func<IReadOnlyList<PromptMessage>, int?> count)
    {
        var fitting = messages;
        for (var step = 0; step < MostSteps && count(fitting) is { } tokens && tokens > most; step++)
        {
            var longest = Enumerable.Range(0, fitting.Count).MaxBy(index => fitting[index].Content.Length);
            var text = fitting[longest].Content.Replace(Mark, "", StringComparison.Ordinal);
            // As many characters as the tokens that are too many have on average, and a few more.
            var goes = (int)Math.Min(text.Length, ((long)text.Length * (tokens - most) / tokens) + 16);
            var kept = (text.Length - goes) / 2;
            fitting = [.. fitting.Select((message, index) => index == longest ? message with { Content = Without(text, kept, goes) } : message)];
        }

        return fitting;
    }

    /// <summary>Without a piece, and with no half of a surrogate pair at the borders.</summary>
    private static string Without(string text, int start, int length)
    {
        var end = start + length;
        start -= start > 0 && char.IsHighSurrogate(text[start - 1]) ? 1 : 0;
        end += end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
        return string.Concat(text.AsSpan(0, start), Mark, text.AsSpan(end));
    }
}
