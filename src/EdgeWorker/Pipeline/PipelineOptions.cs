namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>How prompts are worked on.</summary>
internal sealed class PipelineOptions
{
    public const string SectionName = "Pipeline";

    /// <summary>Prompts with a caller that are worked on at once: the local model decodes them together, each a share of its speed.</summary>
    /// <value>1 to 64, default 64.</value>
    public int InteractiveConcurrency { get; set; } = 64;

    /// <summary>Prompts without a caller that are worked on at once. Few: what they take is missing to whoever waits.</summary>
    /// <value>1 to 64, default 4.</value>
    public int BatchConcurrency { get; set; } = 4;

    /// <summary>Prompts without an outcome; one more is refused.</summary>
    /// <value>1 to 1,000,000, default 10,000.</value>
    public int MaxOpen { get; set; } = 10_000;

    /// <summary>How long an interactive prompt may take.</summary>
    public TimeSpan InteractiveDeadline { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a batch prompt may take.</summary>
    public TimeSpan BatchDeadline { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What the deadline settles an escalated prompt to.</summary>
    public DeadlineOutcome OnDeadline { get; set; } = DeadlineOutcome.Draft;

    /// <summary>Whether text streams before the confidence gate has spoken.</summary>
    public StreamingMode Streaming { get; set; } = StreamingMode.Hold;

    /// <summary>In mode CloudFirst: how long to wait for the cloud before the local model answers.</summary>
    public TimeSpan CloudWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether result events carry the answer's text.</summary>
    public bool PublishText { get; set; }

    /// <summary>How often deadlines are looked at.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait at most for the first attempt to reach the queue.</summary>
    public TimeSpan LinkPatience { get; set; } = TimeSpan.FromSeconds(5);
}
