using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>
/// Knows a request again that was sent before. Clients send again what they got no answer to; nothing may be asked, and paid, twice for that,
/// and yet whoever has read an answer and asks the same again gets a new one.
/// </summary>
internal static class Requests
{
    /// <summary>The newest sendings of one request that are looked at.</summary>
    private const int MostLookedAt = 16;

    private const string FinalStates = "('answered', 'failed', 'expired')";

    /// <summary>Records the request of a new prompt.</summary>
    public static void Add(SqliteConnection connection, Guid prompt, RequestMark mark) => connection.Run(
        """
        INSERT INTO requests (prompt_id, endpoint, kept, instructed, previous, fingerprint, peer)
        VALUES ($id, $endpoint, $kept, $instructed, $previous, $fingerprint, $peer)
        """,
        ("$id", prompt), ("$endpoint", mark.Endpoint), ("$kept", mark.Kept), ("$instructed", mark.Instructed), ("$previous", mark.Previous),
        ("$fingerprint", mark.Fingerprint), ("$peer", mark.Peer));

    /// <summary>
    /// The prompt of an earlier sending whose answer this one wants, or which it may turn out to want once its caller has gone; null if a new
    /// one is to be made.
    /// </summary>
    public static Acceptance? FindEarlier(SqliteConnection connection, RequestMark mark, RepeatSearch search)
    {
        if (search.Kind == RepeatKind.First)
        {
            return null;
        }

        var sendings = connection.Query(
            $"""
            SELECT p.id, p.state, p.draft_digest IS NOT NULL, r.peer, r.delivered_at IS NOT NULL, p.changed_at
            FROM requests AS r JOIN prompts AS p ON p.id = r.prompt_id
            WHERE r.fingerprint = $fingerprint AND (p.state NOT IN {FinalStates} OR p.changed_at >= $since)
            ORDER BY r.prompt_id DESC LIMIT {MostLookedAt}
            """,
            row => new Sending(
                row.GetGuid(0), row.GetString(1), row.GetBoolean(2), ((byte[])row.GetValue(3)).AsSpan().SequenceEqual(mark.Peer),
                row.GetBoolean(4), row.Time(5), search.IsAwaited(row.GetGuid(0))),
            ("$fingerprint", mark.Fingerprint), ("$since", search.SettledSince));
        if (search.Kind == RepeatKind.Repeat)
        {
            return sendings.Where(IsForARepeat).OrderBy(sending => sending.IsDelivered).ThenBy(sending => sending.IsAwaited)
                .Select(sending => Known(sending.Id)).FirstOrDefault();
        }

        return sendings.Where(sending => IsForOneWhoSaysNothing(sending, search)).Select(sending => Known(sending.Id)).FirstOrDefault()
            ?? (search.MayWait
                ? sendings.Where(sending => sending is { State: "escalated", IsSamePeer: true, IsAwaited: true, IsDelivered: false })
                    .Select(sending => (Acceptance?)new Acceptance(sending.Id, AcceptanceKind.Awaited)).FirstOrDefault()
                : null);
    }

    /// <summary>Notes that an answer has gone out whole.</summary>
    public static int Deliver(SqliteConnection connection, Guid prompt, DateTimeOffset now) => connection.Run(
        "UPDATE requests SET delivered_at = $now WHERE prompt_id = $id AND delivered_at IS NULL", ("$now", now), ("$id", prompt));

    /// <summary>The request of a prompt; null if it came another way.</summary>
    public static RequestRecord? Find(SqliteConnection connection, Guid prompt) => connection.Query(
        "SELECT endpoint, kept, instructed, previous, delivered_at FROM requests WHERE prompt_id = $id",
        row => new RequestRecord(
            row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.TextOrNull(3) is { } previous ? Guid.Parse(previous) : null,
            row.IsDBNull(4) ? null : row.Time(4)),
        ("$id", prompt)) is [var request] ? request : null;

    /// <summary>
    /// The client says that it did not get the answer. So it gets what there is or will be, even what had gone out; only a local answer that
    /// had gone out is made anew, since that costs nothing and may be for another sending of the same request.
    /// </summary>
    private static bool IsForARepeat(Sending sending) => sending.State switch
    {
        // Without a caller it is being cancelled at this moment.
        "accepted" => sending.IsAwaited,
        "escalated" => true,
        "answered" => sending.WasEscalated || !sending.IsDelivered,
        _ => sending.WasEscalated,
    };

    /// <summary>The client may mean a new question; only what its own earlier one left undelivered, and paid for, is given to it.</summary>
    private static bool IsForOneWhoSaysNothing(Sending sending, RepeatSearch search) =>
        sending is { IsSamePeer: true, IsAwaited: false, IsDelivered: false }
        && sending.State switch
        {
            "accepted" => false,
            "escalated" or "answered" => true,
            _ => sending.WasEscalated && sending.ChangedAt >= search.FailedSince,
        };

    private static Acceptance? Known(Guid id) => new Acceptance(id, AcceptanceKind.Known);

    private sealed record Sending(
        Guid Id, string State, bool WasEscalated, bool IsSamePeer, bool IsDelivered, DateTimeOffset ChangedAt, bool IsAwaited);
}
