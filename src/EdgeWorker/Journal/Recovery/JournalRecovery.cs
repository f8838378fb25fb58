using System.Globalization;
using Hybrid.Contracts;
using Microsoft.Data.Sqlite;
using static Hybrid.EdgeWorker.Journal.Recovery.PromptColumn;

namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>
/// Writes a new journal with everything that can be read and believed of a damaged one, and sets the damaged files aside. Nothing is
/// deleted, and a crash at any moment leaves something from which the same command goes on.
/// </summary>
/// <param name="files">The journal; its data folder is owned.</param>
/// <param name="describe">Makes the events' texts, given the journal's epoch.</param>
/// <param name="time">The clock.</param>
internal sealed class JournalRecovery(JournalFiles files, Func<Guid, JournalEvents> describe, TimeProvider time)
{
    /// <summary>Recovers a journal if it is damaged.</summary>
    /// <returns>What became of it; null if it was sound and is as it was.</returns>
    /// <exception cref="JournalException">It is foreign or of a newer version, or the new one cannot be written.</exception>
    /// <exception cref="IOException">The files cannot be read or moved.</exception>
    public RecoveryReport? Run()
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        if (!File.Exists(files.Database) && File.Exists(files.Recovered))
        {
            // An earlier recovery ended between its two moves.
            return Finish(new CheckReport(["an earlier recovery had not ended"], 0), stamp);
        }

        var check = JournalCheck.Run(files);
        if (check.IsSound)
        {
            return null;
        }

        var salvage = Salvage.Of(files);
        var unfinished = files.Database + ".recovering";
        try
        {
            RecoveryReport report;
            using (var connection = JournalSchema.Create(unfinished))
            {
                report = Fill(connection, salvage, check);
            }

            File.Move(unfinished, files.Recovered, overwrite: true);
            files.WriteEpoch(report.Epoch);
            return report with { SetAside = Swap(stamp) };
        }
        catch (SqliteException exception)
        {
            throw new JournalException(
                $"The recovered journal cannot be written: {exception.Message} The damaged one is as it was. Make room, and try again.",
                exception);
        }
    }

    private RecoveryReport Finish(CheckReport check, string stamp)
    {
        using (var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = files.Recovered, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString()))
        {
            connection.Open();
            int Count(string what) => connection.Query($"SELECT count(*) FROM {what}", row => row.GetInt32(0))[0];
            var epoch = connection.Query("SELECT value FROM meta WHERE key = 'epoch'", row => Guid.Parse(row.GetString(0)))[0];
            var report = new RecoveryReport(
                check.Damage, [], Count("prompts"), 0, Count("prompts WHERE reason = 'damaged'"),
                Count("prompts WHERE idempotency_key IS NOT NULL"), Count("transitions"), 0, Count("outbox"), 0, 0,
                Count("inbox"), Count("parked"), epoch, files.ReadEpoch() == epoch);
            connection.Close();
            return report with { SetAside = Swap(stamp) };
        }
    }

    /// <summary>The database first: as long as it has its name, its log has to lie beside it.</summary>
    private List<string> Swap(string stamp)
    {
        var aside = new List<string>();
        foreach (var path in new[] { files.Database, files.Log, files.LogIndex }.Where(File.Exists))
        {
            aside.Add($"{files.Database}.damaged-{stamp}{path[files.Database.Length..]}");
            File.Move(path, aside[^1]);
        }

        OpenMark.Remove(files.OpenMark);
        File.Move(files.Recovered, files.Database);
        return aside;
    }

    private RecoveryReport Fill(SqliteConnection connection, Salvage salvage, CheckReport check)
    {
        var epoch = files.ReadEpoch() ?? salvage.Epoch;
        var name = epoch ?? Guid.NewGuid();
        connection.Run("PRAGMA synchronous = FULL");
        connection.Run("BEGIN IMMEDIATE");
        // The rules ask how a row comes to be; these rows only come back. They are there again before anything else is written.
        var rules = connection.Query(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", row => (Name: row.GetString(0), Sql: row.GetString(1)));
        rules.ForEach(rule => connection.Run($"DROP TRIGGER {rule.Name}"));
        connection.Run("INSERT INTO meta (key, value) VALUES ('epoch', $epoch)", ("$epoch", name));

        var now = time.GetUtcNow();
        var (prompts, lost, failed) = Prompts(salvage, now);
        foreach (var row in prompts.Values)
        {
            Insert(connection, "prompts", row);
        }

        var (transitions, rebuilt) = Transitions(connection, salvage, prompts);
        var outbox = Outbox(connection, salvage, prompts, now);
        Answers(connection, salvage);
        foreach (var row in salvage.Requests.Where(pair => prompts.ContainsKey(pair.Key)).Select(pair => pair.Value))
        {
            Insert(connection, "requests", row);
        }

        foreach (var row in salvage.Parts.Where(pair => prompts.ContainsKey(pair.Key)).Select(pair => pair.Value))
        {
            Insert(connection, "answer_parts", row);
        }

        connection.Run(
            "UPDATE tally SET prompts = (SELECT count(*) FROM prompts), results = (SELECT count(*) FROM outbox WHERE queue = 'results')");
        rules.ForEach(rule => connection.Run(rule.Sql));
        var repeated = Escalate(connection, prompts, describe(name), now);
        connection.Run("COMMIT");
        return new RecoveryReport(
            check.Damage, [], prompts.Count, Math.Max(lost, (salvage.Tally ?? 0) - prompts.Count), failed,
            prompts.Values.Count(row => row[Key] is not null), transitions, rebuilt, outbox, salvage.BadOutbox, repeated,
            salvage.Inbox.Count, salvage.Parked.Count, name, epoch is not null);
    }

    private static (SortedDictionary<string, object?[]> Prompts, int Lost, int Failed) Prompts(Salvage salvage, DateTimeOffset now)
    {
        var (prompts, lost, failures) = (new SortedDictionary<string, object?[]>(StringComparer.Ordinal), 0, 0);
        var keys = new HashSet<(object?, object?)>();
        // The newest first: an older prompt under the same key had been pruned, and its page was still lying about.
        foreach (var (id, found) in salvage.Prompts.OrderByDescending(pair => pair.Key, StringComparer.Ordinal))
        {
            if (found.Resolve(now.ToUnixTimeMilliseconds(), out var failed) is not { } row)
            {
                lost++;
                continue;
            }

            if (row[Key] is not null && !keys.Add((row[Scope], row[Key])))
            {
                (row[Scope], row[Key], row[BodyHash]) = (null, null, null);
            }

            failures += failed ? 1 : 0;
            prompts.Add(id, row);
        }

        foreach (var row in prompts.Values)
        {
            row[RetryOf] = row[RetryOf] is string earlier && prompts.ContainsKey(earlier) ? earlier : null;
            SalvagedPrompt.Seal(row);
        }

        return (prompts, lost, failures);
    }

    /// <summary>A prompt's changes of state are kept where they lead, without a gap, to the state it has.</summary>
    private static (int Kept, int Rebuilt) Transitions(
        SqliteConnection connection, Salvage salvage, SortedDictionary<string, object?[]> prompts)
    {
        var (kept, rebuilt) = (0, 0);
        var found = salvage.Transitions.Values.ToLookup(row => (string)row[0]!);
        foreach (var (id, prompt) in prompts)
        {
            var steps = found[id].ToList();
            var isWhole = steps.Count > 0 && steps[0][1] is null && Equals(steps[^1][2], prompt[State])
                && steps.Zip(steps.Skip(1)).All(pair => Equals(pair.First[2], pair.Second[1]));
            if (!isWhole)
            {
                rebuilt++;
                steps = [[id, null, "accepted", null, null, null, prompt[AcceptedAt]]];
                if (prompt[State] is not "accepted")
                {
                    const string Why = "the steps before were lost with the damaged journal";
                    steps.Add([id, "accepted", prompt[State], prompt[Route], prompt[Reason], Why, prompt[ChangedAt]]);
                }
            }
            else
            {
                kept += steps.Count;
            }

            steps.ForEach(step => Insert(connection, "transitions", [null, .. step]));
        }

        return (kept, rebuilt);
    }

    private static int Outbox(SqliteConnection connection, Salvage salvage, SortedDictionary<string, object?[]> prompts, DateTimeOffset now)
    {
        var events = new HashSet<object?>();
        var kept = 0;
        foreach (var (sequence, row) in salvage.Outbox)
        {
            var isEscalation = Equals(row[0], Messaging.QueueAddress.Escalations.Name);
            if (!prompts.TryGetValue((string)row[2]!, out var prompt) || isEscalation != prompt[State] is "escalated"
                || !events.Add(row[1]))
            {
                continue;
            }

            var (created, expires) = ((long)row[5]!, (long)row[6]!);
            var latest = now.AddDays(3650).ToUnixTimeMilliseconds();
            connection.Run(
                """
                INSERT INTO outbox (seq, queue, event_id, prompt_id, priority, body, created_at, expires_at, digest)
                VALUES ($seq, $queue, $event, $prompt, $priority, $body, $created, $expires, $digest)
                """,
                ("$seq", sequence), ("$queue", row[0]), ("$event", row[1]), ("$prompt", row[2]),
                ("$priority", row[3] is 0L ? Journal.Outbox.InteractivePriority : Journal.Outbox.BatchPriority), ("$body", row[4]),
                ("$created", created), ("$expires", isEscalation ? prompt[Deadline] : Math.Min(expires, latest)),
                ("$digest", RowDigest.Of(row[0], row[1], row[2], row[4])));
            kept++;
        }

        return kept;
    }

    private static void Answers(SqliteConnection connection, Salvage salvage)
    {
        foreach (var row in salvage.Inbox.Values)
        {
            Insert(connection, "inbox", row);
        }

        foreach (var row in salvage.Parked.Values)
        {
            Insert(connection, "parked", row);
        }

        foreach (var (counter, value) in salvage.Counts)
        {
            Insert(connection, "counters", [counter, value]);
        }

        foreach (var (currency, amount) in salvage.LateCosts)
        {
            Insert(connection, "late_costs", [currency, amount.ToString(CultureInfo.InvariantCulture)]);
        }
    }

    /// <summary>
    /// An escalated prompt without an event was asked, or its event is lost. Asking again is safe: the cloud keeps each outcome and answers
    /// twice what it was paid for once.
    /// </summary>
    private static int Escalate(
        SqliteConnection connection, SortedDictionary<string, object?[]> prompts, JournalEvents events, DateTimeOffset now)
    {
        var waiting = connection.Query("SELECT prompt_id FROM outbox WHERE queue = 'escalations'", row => row.GetString(0)).ToHashSet();
        var repeated = 0;
        foreach (var id in prompts.Where(pair => pair.Value[State] is "escalated" && !waiting.Contains(pair.Key)).Select(pair => pair.Key))
        {
            var prompt = PromptRows.Find(connection, Guid.Parse(id))!;
            var (eventId, body) = events.Escalation(
                prompt, new EscalationStep(
                    prompt.Reason ?? ReasonCode.Unsure, prompt.Detail, prompt.Confidence, prompt.Draft, prompt.DraftModel, null), now);
            Journal.Outbox.Send(connection, Messaging.QueueAddress.Escalations.Name, eventId, prompt, body, now, prompt.Deadline);
            repeated++;
        }

        return repeated;
    }

    private static void Insert(SqliteConnection connection, string table, object?[] row) => connection.Run(
        $"INSERT INTO {table} VALUES ({string.Join(", ", row.Select((_, index) => $"${index}"))})",
        row.Select((value, index) => ($"${index}", value)).ToArray());
}
