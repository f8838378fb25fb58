using System.Buffers.Binary;
using System.Globalization;
using Hybrid.Contracts;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>What of the journal may go, and how it goes.</summary>
internal static class Pruning
{
    /// <summary>
    /// After this long no answer to a prompt can still matter: the longest deadline, 30 days, and the 7 days by which the cloud keeps an
    /// outcome longer. Until then, what is needed to know an answer again is kept.
    /// </summary>
    public static readonly TimeSpan AnswerLife = TimeSpan.FromDays(37);

    /// <summary>
    /// Settled prompts that may go, oldest first, from a place on: old enough, nothing of them waits to be sent, no retry refers to them,
    /// and their answer, if they had asked for one, has come or will be none of ours any more.
    /// </summary>
    public static IReadOnlyList<PrunablePrompt> Candidates(
        SqliteConnection connection, DateTimeOffset settledBefore, DateTimeOffset now, PrunablePrompt after, int most) => connection.Query(
        """
        SELECT id, changed_at, rowid FROM prompts
        WHERE state IN ('answered', 'failed', 'expired') AND changed_at < $before AND (changed_at, rowid) > ($at, $row)
          AND NOT EXISTS (SELECT 1 FROM outbox WHERE prompt_id = prompts.id)
          AND NOT EXISTS (SELECT 1 FROM prompts AS retry WHERE retry.retry_of = prompts.id)
          AND (accepted_at < $unanswered OR draft_digest IS NULL OR EXISTS (SELECT 1 FROM inbox WHERE prompt_id = prompts.id))
        ORDER BY changed_at, rowid LIMIT $most
        """,
        row => new PrunablePrompt(row.GetString(0), row.GetInt64(1), row.GetInt64(2)),
        ("$before", settledBefore), ("$at", after.ChangedAt), ("$row", after.Row), ("$unanswered", now - AnswerLife), ("$most", most));

    /// <summary>Deletes prompts with their traces and keys.</summary>
    public static void Delete(SqliteConnection connection, IReadOnlyList<PrunablePrompt> prompts, DateTimeOffset settledBefore)
    {
        connection.Run("INSERT INTO pruning (settled_before) VALUES ($before)", ("$before", settledBefore));
        foreach (var prompt in prompts)
        {
            connection.Run("DELETE FROM transitions WHERE prompt_id = $id", ("$id", prompt.Id));
            connection.Run("DELETE FROM requests WHERE prompt_id = $id", ("$id", prompt.Id));
            connection.Run("DELETE FROM answer_parts WHERE prompt_id = $id", ("$id", prompt.Id));
            connection.Run("DELETE FROM prompts WHERE id = $id", ("$id", prompt.Id));
        }

        connection.Run("DELETE FROM pruning");
    }

    /// <summary>Forgets answers that cannot come again; what late ones have cost stays counted.</summary>
    /// <returns>How many.</returns>
    public static int ForgetAnswers(SqliteConnection connection, DateTimeOffset before, int most)
    {
        var old = connection.Query(
            "SELECT event_id, verdict, cost, currency FROM inbox WHERE at < $before ORDER BY at LIMIT $most",
            row => (Id: row.GetString(0), Late: row.GetString(1) == "late", Cost: row.TextOrNull(2), Currency: row.TextOrNull(3)),
            ("$before", before), ("$most", most));
        foreach (var answer in old)
        {
            connection.Run("DELETE FROM inbox WHERE event_id = $id", ("$id", answer.Id));
        }

        foreach (var costs in old.Where(answer => answer is { Late: true, Cost: not null, Currency: not null })
            .GroupBy(answer => answer.Currency!))
        {
            var sum = costs.Sum(answer => decimal.Parse(answer.Cost!, CultureInfo.InvariantCulture))
                + Forgotten(connection).Where(cost => cost.Currency == costs.Key).Sum(cost => cost.Amount);
            connection.Run(
                """
                INSERT INTO late_costs (currency, amount) VALUES ($currency, $amount)
                ON CONFLICT (currency) DO UPDATE SET amount = $amount
                """,
                ("$currency", costs.Key), ("$amount", sum.ToString(CultureInfo.InvariantCulture)));
        }

        return old.Count;
    }

    /// <summary>What late answers have cost that are forgotten by now.</summary>
    public static IReadOnlyList<Cost> Forgotten(SqliteConnection connection) => connection.Query(
        "SELECT amount, currency FROM late_costs",
        row => new Cost(decimal.Parse(row.GetString(0), CultureInfo.InvariantCulture), row.GetString(1)));

    /// <summary>Whether an answer to a prompt the journal does not have can only be to one it has pruned.</summary>
    public static bool IsForgotten(SqliteConnection connection, Guid prompt, DateTimeOffset now) =>
        AcceptedAt(prompt) < now - AnswerLife
        || connection.Query("SELECT 1 FROM inbox WHERE prompt_id = $id LIMIT 1", _ => true, ("$id", prompt)) is not [];

    /// <summary>Cuts some free pages off the end of the file.</summary>
    /// <returns>How many are left.</returns>
    public static long GiveBack(SqliteConnection connection, int pages)
    {
        // One row for each page: whoever does not read them all frees less.
        connection.Query(string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({pages})"), _ => true);
        return connection.Query("PRAGMA auto_vacuum", row => row.GetInt64(0))[0] == 0
            ? 0
            : connection.Query("PRAGMA freelist_count", row => row.GetInt64(0))[0];
    }

    /// <summary>The time in a version 7 GUID (RFC 9562, section 5.7).</summary>
    public static DateTimeOffset AcceptedAt(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.UnixEpoch.AddMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16);
    }
}
