namespace Hybrid.EdgeWorker.Journal;

/// <summary>What is sent from the journal and how.</summary>
internal sealed class JournalOptions
{
    public const string SectionName = "Journal";

    /// <summary>The data folder. A relative path counts from the working directory.</summary>
    public string Folder { get; set; } = "hybrid-data";

    /// <summary>Events sent together.</summary>
    /// <value>1 to 1000, default 32.</value>
    public int SendBatch { get; set; } = 32;

    /// <summary>The first pause after a failed send; it doubles up to <see cref="MaxRetryDelay"/>, each with jitter.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between attempts.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a result event is worth sending; escalations are until their prompt's deadline.</summary>
    public TimeSpan ResultLifetime { get; set; } = TimeSpan.FromDays(7);
}
