namespace Hybrid.EdgeWorker.Journal;

/// <summary>How full the journal is.</summary>
/// <param name="Prompts">Prompts it holds.</param>
/// <param name="MaxPrompts">How many it may hold.</param>
/// <param name="Bytes">Bytes of its file in use; what pruning has freed is not.</param>
/// <param name="MaxBytes">How many may be in use.</param>
internal sealed record JournalUse(long Prompts, long MaxPrompts, long Bytes, long MaxBytes)
{
    /// <summary>Why a prompt of so many bytes is not accepted, and what to do; null if it is.</summary>
    public string? Refusal(long bytes) =>
        Prompts >= MaxPrompts ? Full($"{Prompts} prompts", nameof(JournalOptions.MaxPrompts), MaxPrompts)
        : Bytes + bytes > MaxBytes ? Full($"{Bytes} bytes", nameof(JournalOptions.MaxBytes), MaxBytes)
        : null;

    private static string Full(string holds, string key, long limit) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"The journal is full: it holds {holds}, and {JournalOptions.SectionName}:{key} is {limit}. ")
        + $"Nothing that was accepted is lost, and work on it goes on. Raise {JournalOptions.SectionName}:{key}, or shorten "
        + $"{JournalOptions.SectionName}:{nameof(JournalOptions.KeepSettled)} so that settled prompts are pruned earlier.";
}
