using System.Globalization;
using System.Text.Json;
using Hybrid.Contracts;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Reads the journal's prompts and their traces.</summary>
internal static class PromptRows
{
    /// <summary>The states of prompts without an outcome, as SQL.</summary>
    public const string OpenStates = "('accepted', 'escalated')";

    private const string Columns = """
        id, state, kind, accepted_at, deadline, messages, options, model, task, wait_offline, retry_of, trace_parent, route, reason, detail,
        confidence, draft, draft_model, answer, answer_model, input_tokens, output_tokens, cost, currency, finish_reason, error_code,
        error_message, changed_at, outcome_digest, owner
        """;

    /// <summary>A prompt; null if there is none.</summary>
    /// <exception cref="JournalException">What is recorded about it is damaged; so with all that read prompts.</exception>
    public static PromptRecord? Find(SqliteConnection connection, Guid id) =>
        connection.Query($"SELECT {Columns} FROM prompts WHERE id = $id", Map, ("$id", id)) is [var prompt] ? prompt : null;

    /// <summary>Open prompts whose deadline has come, the most urgent first.</summary>
    public static IReadOnlyList<PromptRecord> Due(SqliteConnection connection, DateTimeOffset now, int most) => connection.Query(
        $"SELECT {Columns} FROM prompts WHERE state IN {OpenStates} AND deadline <= $now ORDER BY deadline LIMIT $most",
        Map, ("$now", now), ("$most", most));

    /// <summary>Escalated prompts the local model should answer after all.</summary>
    public static IReadOnlyList<PromptRecord> FallbackDue(SqliteConnection connection, DateTimeOffset now, int most) => connection.Query(
        $"SELECT {Columns} FROM prompts WHERE state = 'escalated' AND fallback_at <= $now ORDER BY fallback_at LIMIT $most",
        Map, ("$now", now), ("$most", most));

    /// <summary>Accepted prompts, oldest first.</summary>
    public static IReadOnlyList<PromptRecord> Unfinished(SqliteConnection connection) =>
        connection.Query($"SELECT {Columns} FROM prompts WHERE state = 'accepted' ORDER BY id", Map);

    /// <summary>The newest prompts first, perhaps only those of one state.</summary>
    public static IReadOnlyList<PromptRecord> List(SqliteConnection connection, PromptState? state, int most) => connection.Query(
        $"SELECT {Columns} FROM prompts WHERE $state IS NULL OR state = $state ORDER BY id DESC LIMIT $most",
        Map, ("$state", state is { } wanted ? Name(wanted) : null), ("$most", most));

    /// <summary>The same of one owner; null for prompts that have none.</summary>
    public static IReadOnlyList<PromptRecord> ListOf(SqliteConnection connection, string? owner, PromptState? state, int most) => connection.Query(
        $"""
        SELECT {Columns} FROM prompts WHERE {(owner is null ? "owner IS NULL AND $owner IS NULL" : "owner = $owner")}
          AND ($state IS NULL OR state = $state) ORDER BY id DESC LIMIT $most
        """,
        Map, ("$owner", owner), ("$state", state is { } wanted ? Name(wanted) : null), ("$most", most));

    /// <summary>Every change of a prompt's state, in order.</summary>
    public static IReadOnlyList<Transition> Trace(SqliteConnection connection, Guid id) => connection.Query(
        "SELECT from_state, to_state, route, reason, detail, at FROM transitions WHERE prompt_id = $id ORDER BY seq",
        row => new Transition(
            row.TextOrNull(0) is { } from ? Parse<PromptState>(from) : null,
            Parse<PromptState>(row.GetString(1)),
            row.TextOrNull(2) is { } route ? Parse<PromptRoute>(route) : null,
            row.TextOrNull(3) is { } reason ? new ReasonCode(reason) : null,
            row.TextOrNull(4),
            row.Time(5)),
        ("$id", id));

    /// <summary>How many prompts there are in each state.</summary>
    public static IReadOnlyDictionary<PromptState, long> States(SqliteConnection connection) => connection
        .Query("SELECT state, count(*) FROM prompts GROUP BY state", row => KeyValuePair.Create(Parse<PromptState>(row.GetString(0)), row.GetInt64(1)))
        .ToDictionary();

    /// <summary>Whether any prompt waits for the cloud.</summary>
    public static bool AnyEscalated(SqliteConnection connection) =>
        connection.Query("SELECT 1 FROM prompts WHERE state = 'escalated' LIMIT 1", _ => true) is not [];

    /// <summary>How the journal writes a value.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <exception cref="JournalException">The outcome is not as it was recorded: no answer is better than another one.</exception>
    private static PromptRecord Map(SqliteDataReader row)
    {
        if (!row.IsDBNull(28) && !RowDigest.Matches(
            row.GetValue(28), row[0], row[1], row[12], row[13], row[14], row[18], row[19], row[20], row[21], row[22], row[23], row[24],
            row[25], row[26], row[27]))
        {
            throw new JournalException(
                $"What is recorded about prompt {row.GetString(0)} is damaged. Stop the device and run hybrid-edge journal recover.");
        }

        return Read(row);
    }

    private static PromptRecord Read(SqliteDataReader row) => new()
    {
        Id = row.GetGuid(0),
        State = Parse<PromptState>(row.GetString(1)),
        Kind = Parse<PromptKind>(row.GetString(2)),
        AcceptedAt = row.Time(3),
        Deadline = row.Time(4),
        Messages = JsonSerializer.Deserialize(row.GetString(5), HybridJson.Default.IReadOnlyListPromptMessage)!,
        Options = row.TextOrNull(6) is { } options ? JsonSerializer.Deserialize(options, HybridJson.Default.PromptOptions) : null,
        Model = row.GetString(7),
        Task = row.TextOrNull(8),
        WaitOffline = row.GetBoolean(9),
        RetryOf = row.TextOrNull(10) is { } retry ? Guid.Parse(retry) : null,
        TraceParent = row.TextOrNull(11),
        Route = row.TextOrNull(12) is { } route ? Parse<PromptRoute>(route) : null,
        Reason = row.TextOrNull(13) is { } reason ? new ReasonCode(reason) : null,
        Detail = row.TextOrNull(14),
        Confidence = row.DoubleOrNull(15),
        Draft = row.TextOrNull(16),
        DraftModel = row.TextOrNull(17),
        Answer = row.TextOrNull(18),
        AnswerModel = row.TextOrNull(19),
        Usage = row.LongOrNull(20) is { } input && row.LongOrNull(21) is { } output ? new TokenUsage(input, output) : null,
        Cost = row.TextOrNull(22) is { } cost ? new Cost(decimal.Parse(cost, CultureInfo.InvariantCulture), row.GetString(23)) : null,
        FinishReason = row.TextOrNull(24),
        Error = row.TextOrNull(25) is { } code ? new OutcomeError(code, row.TextOrNull(26) ?? "") : null,
        ChangedAt = row.Time(27),
        Owner = row.TextOrNull(29),
    };

    private static T Parse<T>(string name)
        where T : struct, Enum => Enum.Parse<T>(name, ignoreCase: true);
}
