namespace Hybrid.EdgeWorker.Journal;

/// <summary>What the journal counts over its whole life.</summary>
internal static class Counter
{
    /// <summary>How often the clock was found set.</summary>
    public const string ClockSet = "clockSet";

    public const string Duplicates = "duplicates";
    public const string Late = "late";
    public const string Parked = "parked";
    public const string Poisoned = "poisoned";
    public const string Unsent = "unsent";

    /// <summary>Result events dropped because too many waited.</summary>
    public const string DroppedResults = "dropped_results";

    /// <summary>Settled prompts that were old enough to go.</summary>
    public const string Pruned = "pruned";
}
