using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Rejections;

/// <summary>The words in which somebody else says why a message was put aside: the broker itself, or a program that is not ours.</summary>
internal static class DeadLetterWords
{
    private const int MaxLength = 512;

    /// <summary>The same, as it may go into logs, tables and a device's error: short, and one line each.</summary>
    public static DeadLetterReason Clean(DeadLetterReason reason) => new(OneLine(reason.Code), OneLine(reason.Detail));

    private static string OneLine(string text) => string.Concat(
        (text.Length <= MaxLength ? text : text[..MaxLength]).Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
}
