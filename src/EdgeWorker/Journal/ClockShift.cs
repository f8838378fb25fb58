using Hybrid.Contracts;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Moves what is open along with a wall clock that was set, so that everything keeps the time it had left.</summary>
internal static class ClockShift
{
    /// <param name="connection">Inside a transaction.</param>
    /// <param name="jump">How far the clock was set.</param>
    /// <param name="since">What was written between this moment…</param>
    /// <param name="now">…and this one was written by the new clock already.</param>
    public static void Apply(SqliteConnection connection, TimeSpan jump, DateTimeOffset since, DateTimeOffset now)
    {
        var by = (long)jump.TotalMilliseconds;
        connection.Run(
            """
            UPDATE prompts SET deadline = deadline + $by, fallback_at = fallback_at + $by
            WHERE state IN ('accepted', 'escalated') AND accepted_at NOT BETWEEN $since AND $now
            """,
            ("$by", by), ("$since", since), ("$now", now));
        connection.Run(
            "UPDATE outbox SET expires_at = expires_at + $by WHERE created_at NOT BETWEEN $since AND $now", ("$by", by), ("$since", since), ("$now", now));
        var escalations = connection.Query(
            "SELECT seq, event_id, prompt_id, body FROM outbox WHERE queue = $queue AND created_at NOT BETWEEN $since AND $now",
            row => (Sequence: row.GetInt64(0), EventId: row.GetString(1), PromptId: row.GetGuid(2), Body: (byte[])row.GetValue(3)),
            ("$queue", Messaging.QueueAddress.Escalations.Name), ("$since", since), ("$now", now));
        foreach (var (sequence, eventId, promptId, body) in escalations)
        {
            var moved = Move(body, jump);
            connection.Run(
                "UPDATE outbox SET body = $body, digest = $digest WHERE seq = $seq",
                ("$body", moved), ("$digest", RowDigest.Of(Messaging.QueueAddress.Escalations.Name, eventId, promptId, moved)), ("$seq", sequence));
        }
    }

    /// <summary>The cloud makes no call after the deadline an escalation carries, so it must be of the clock everybody has.</summary>
    private static byte[] Move(byte[] body, TimeSpan jump)
    {
        var envelope = EventFormat.ReadEnvelope(body);
        var data = EventFormat.ReadData<EscalationData>(envelope, EventTypes.Escalation, claim: null);
        return EventFormat.Write(EventFormat.Create(
            envelope.Id, envelope.Source, envelope.Type, data.PromptId, envelope.Time + jump, data with { Deadline = data.Deadline + jump }, envelope.TraceParent));
    }
}
