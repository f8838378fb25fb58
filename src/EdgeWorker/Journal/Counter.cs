using Microsoft.Data.Sqlite;

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

    /// <summary>Adds to one.</summary>
    public static void Add(SqliteConnection connection, string counter, long by = 1) => connection.Run(
        "INSERT INTO counters (name, value) VALUES ($name, $by) ON CONFLICT (name) DO UPDATE SET value = value + $by",
        ("$name", counter), ("$by", by));

    /// <summary>All that have counted anything.</summary>
    public static IReadOnlyDictionary<string, long> All(SqliteConnection connection) => connection
        .Query("SELECT name, value FROM counters ORDER BY name", row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))).ToDictionary();
}
