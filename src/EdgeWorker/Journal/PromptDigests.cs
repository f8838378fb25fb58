using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>
/// What of a prompt's row its digests cover, in the order of the columns: what was asked, once and for all; the draft, from the escalation
/// on; the outcome. Which of them a row has tells how far its prompt has come, even where the state itself cannot be read.
/// </summary>
internal static class PromptDigests
{
    /// <summary>The columns of what was asked. The deadline is not among them: the cloud may bring it forward.</summary>
    public const string Asked = $"{AskedBefore3}, owner";

    /// <summary>The same before version 3 of the schema, which brought owners.</summary>
    public const string AskedBefore3 = """
        id, kind, accepted_at, messages, options, model, task, wait_offline, idempotency_scope, idempotency_key, body_hash, retry_of,
        trace_parent
        """;

    public const string Draft = "id, draft, draft_model";

    public const string Outcome = """
        id, state, route, reason, detail, answer, answer_model, input_tokens, output_tokens, cost, currency, finish_reason, error_code,
        error_message, changed_at
        """;

    /// <summary>
    /// What of the values of <see cref="Asked"/> the digest covers: an owner only where there is one, so that rows of version 2 keep their
    /// digests. Each value goes in with its kind and length, so an owner that appears or vanishes is noticed.
    /// </summary>
    public static ReadOnlySpan<object?> Covered(ReadOnlySpan<object?> asked) => asked[^1] is null or DBNull ? asked[..^1] : asked;

    /// <summary>Gives digests to rows of a version that had none.</summary>
    public static void Fill(SqliteConnection connection)
    {
        // A final row never changes: its rule steps aside for as long as this transaction.
        var rule = connection.Query("SELECT sql FROM sqlite_schema WHERE name = 'prompts_final'", row => row.GetString(0))[0];
        connection.Run("DROP TRIGGER prompts_final");
        Fill(connection, "prompts", "asked_digest", AskedBefore3, "true");
        Fill(
            connection, "prompts", "draft_digest", Draft,
            "EXISTS (SELECT 1 FROM transitions WHERE prompt_id = prompts.id AND to_state = 'escalated')");
        Fill(connection, "prompts", "outcome_digest", Outcome, "state IN ('answered', 'failed', 'expired')");
        Fill(connection, "outbox", "digest", OutboxEntry.Digested, "true");
        connection.Run(rule);
    }

    private static void Fill(SqliteConnection connection, string table, string digest, string columns, string where)
    {
        var last = 0L;
        while (connection.Query(
            $"SELECT rowid, {columns} FROM {table} WHERE rowid > $last AND {where} ORDER BY rowid LIMIT 100", Values, ("$last", last))
            is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                connection.Run(
                    $"UPDATE {table} SET {digest} = $digest WHERE rowid = $row",
                    ("$digest", RowDigest.Of(row.AsSpan(1))), ("$row", row[0]));
            }

            last = (long)rows[^1][0]!;
        }
    }

    private static object?[] Values(SqliteDataReader row)
    {
        var values = new object[row.FieldCount];
        row.GetValues(values);
        return values;
    }
}
