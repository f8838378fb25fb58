using Hybrid.Messaging;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>What waits to be sent, in its order: within a queue, first by priority, then as it was written.</summary>
internal static class Outbox
{
    public const int InteractivePriority = 0;
    public const int BatchPriority = 1;

    private const int MostDroppedAtOnce = 256;

    public static IReadOnlyList<QueueAddress> Queues { get; } = [QueueAddress.Escalations, QueueAddress.Results];

    /// <summary>Puts an event in.</summary>
    public static void Send(
        SqliteConnection connection, string queue, string eventId, PromptRecord prompt, byte[] body, DateTimeOffset now, DateTimeOffset expires) =>
        connection.Run(
            """
            INSERT INTO outbox (queue, event_id, prompt_id, priority, body, created_at, expires_at, digest)
            VALUES ($queue, $event, $prompt, $priority, $body, $now, $expires, $digest)
            """,
            ("$queue", queue), ("$event", eventId), ("$prompt", prompt.Id),
            ("$priority", prompt.Kind == PromptKind.Interactive ? InteractivePriority : BatchPriority),
            ("$body", body), ("$now", now), ("$expires", expires), ("$digest", RowDigest.Of(queue, eventId, prompt.Id, body)));

    /// <summary>The events of a queue to be sent next, in order; what is no longer worth sending included.</summary>
    public static IReadOnlyList<OutboxEntry> Next(SqliteConnection connection, string queue, int most) => connection.Query(
        """
        SELECT seq, queue, event_id, prompt_id, body, expires_at, attempts FROM outbox
        WHERE queue = $queue ORDER BY priority, seq LIMIT $most
        """,
        row => new OutboxEntry(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetGuid(3), (byte[])row.GetValue(4), row.Time(5), row.GetInt32(6)),
        ("$queue", queue), ("$most", most));

    /// <summary>What waits, by queue.</summary>
    public static IReadOnlyList<OutboxSummary> Pending(SqliteConnection connection) => connection.Query(
        """
        SELECT queue, count(*), min(created_at), max(attempts),
          (SELECT last_error FROM outbox AS newest WHERE newest.queue = outbox.queue AND last_error IS NOT NULL ORDER BY seq LIMIT 1)
        FROM outbox GROUP BY queue ORDER BY queue
        """,
        row => new OutboxSummary(row.GetString(0), row.GetInt64(1), row.Time(2), row.GetInt64(3), row.TextOrNull(4)));

    /// <summary>Takes an event out.</summary>
    public static int Remove(SqliteConnection connection, long sequence) => connection.Run("DELETE FROM outbox WHERE seq = $seq", ("$seq", sequence));

    /// <summary>Takes a prompt's escalation out, if it has not been sent: with an outcome nobody waits for the cloud any more, and it need not be paid for.</summary>
    public static int Recall(SqliteConnection connection, Guid prompt) => connection.Run(
        "DELETE FROM outbox WHERE prompt_id = $id AND queue = $queue", ("$id", prompt), ("$queue", QueueAddress.Escalations.Name));

    /// <summary>Notes that sending failed.</summary>
    public static int NoteFailure(SqliteConnection connection, long sequence, string error) => connection.Run(
        "UPDATE outbox SET attempts = attempts + 1, last_error = $error WHERE seq = $seq", ("$error", error), ("$seq", sequence));

    /// <summary>Results are for statistics, escalations for answers: where too many events wait, the oldest results go.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="most">How many results may wait.</param>
    public static void DropOldestResults(SqliteConnection connection, long most)
    {
        var excess = connection.Query("SELECT results FROM tally", row => row.GetInt64(0))[0] - most;
        if (excess <= 0)
        {
            return;
        }

        // By priority, so that the index gives the oldest; the tally's trigger counts what is left.
        var dropped = connection.Run(
            """
            DELETE FROM outbox WHERE seq IN (SELECT seq FROM (
              SELECT seq FROM (SELECT seq FROM outbox WHERE queue = $queue AND priority = $interactive ORDER BY seq LIMIT $excess)
              UNION ALL SELECT seq FROM (SELECT seq FROM outbox WHERE queue = $queue AND priority = $batch ORDER BY seq LIMIT $excess))
              ORDER BY seq LIMIT $excess)
            """,
            ("$queue", QueueAddress.Results.Name), ("$interactive", InteractivePriority), ("$batch", BatchPriority),
            ("$excess", Math.Min(excess, MostDroppedAtOnce)));
        Counter.Add(connection, Counter.DroppedResults, dropped);
    }
}
