namespace Hybrid.EdgeWorker.Journal;

/// <summary>What the journal keeps, and what is sent from it and how.</summary>
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

    /// <summary>How often a device that awaits no answer looks for one that comes late; while it awaits one it asks at least once a second.</summary>
    /// <value>10 milliseconds to 1 hour, default 1 minute.</value>
    public TimeSpan IdlePoll { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a result event is worth sending; escalations are until their prompt's deadline.</summary>
    public TimeSpan ResultLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Bytes of the journal's file in use from which on no prompt is accepted; what is open is still worked on and settled.
    /// </summary>
    /// <value>1 MiB to 1 TiB, default 1 GiB.</value>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>Prompts in the journal from which on no other is accepted.</summary>
    /// <value>1 to 100,000,000, default 1,000,000.</value>
    public long MaxPrompts { get; set; } = 1_000_000;

    /// <summary>How long a settled prompt is kept; its idempotency key and its trace go with it.</summary>
    /// <value>1 second to 3650 days, default 30 days.</value>
    public TimeSpan KeepSettled { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Result events that wait to be sent; one more, and the oldest is dropped and counted. Escalations are never dropped.
    /// </summary>
    /// <value>1 to 100,000,000, default 100,000.</value>
    public long MaxResults { get; set; } = 100_000;
}
