using System.Globalization;
using System.Text.Json;
using Hybrid.Contracts;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>
/// Every prompt, every change of its state, and what is to be sent, in one SQLite file. What a write method has returned is on disk.
/// </summary>
/// <remarks>Thread safe. One process at a time owns a journal; see the data folder's lock.</remarks>
internal sealed class PromptJournal : IDisposable
{
    public const string FileName = "journal.db";

    private readonly OpenMark _mark;
    private readonly JournalConnection _writing;
    private readonly JournalWriter _writer;
    private readonly JournalReaders _reading;
    private readonly JournalEvents _events;
    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _outboxFilled = new(0, 1);
    private readonly SemaphoreSlim _escalated = new(0, 1);
    private readonly SemaphoreSlim _clockTurn = new(1, 1);
    private readonly ClockWatch _clock;
    private long _open;
    private bool _disposed;

    private PromptJournal(
        string path, OpenMark mark, JournalConnection writing, JournalEvents events, JournalOptions options, TimeProvider time)
    {
        _open = writing.Query($"SELECT count(*) FROM prompts WHERE state IN {PromptRows.OpenStates}", row => row.GetInt64(0))[0];
        _mark = mark;
        _writing = writing;
        _writer = new JournalWriter(writing);
        _reading = new JournalReaders(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        _events = events;
        _options = options;
        _time = time;
        _clock = new ClockWatch(time);
    }

    /// <summary>Wakes those who wait for outcomes.</summary>
    public SettledPrompts Settled { get; } = new();

    /// <summary>Opens the journal of a data folder, or begins one.</summary>
    /// <param name="folder">The data folder; it exists.</param>
    /// <param name="describe">Makes the events' texts, given the journal's epoch.</param>
    /// <param name="options">Lifetimes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="JournalException">The file is damaged, foreign, newer or cannot be opened; it is left as it is.</exception>
    public static PromptJournal Open(string folder, Func<Guid, JournalEvents> describe, JournalOptions options, TimeProvider time)
    {
        var files = new JournalFiles(folder);
        var path = files.Database;
        var writing = new JournalConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            JournalSchema.Ensure(files);
            writing.Open();
            JournalSchema.Prepare(writing);
            var epoch = EpochOf(writing, files);
            var mark = OpenMark.Make(files.OpenMark, JournalSchema.Changes(writing));
            return new PromptJournal(path, mark, writing, describe(epoch), options, time);
        }
        catch (Exception exception)
        {
            writing.Dispose();
            if (exception is SqliteException broken && JournalSchema.IsDamage(broken))
            {
                throw new JournalException(JournalSchema.Damaged(path, broken.Message), broken);
            }

            if (exception is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw new JournalException($"{path} cannot be opened: {exception.Message} Check the data folder's permissions and free space.", exception);
            }

            throw;
        }
    }

    /// <summary>This journal's random name, made when it was begun.</summary>
    public Guid Epoch => _events.Epoch;

    /// <summary>The device whose journal it is.</summary>
    public string DeviceId => _events.DeviceId;

    /// <summary>Accepts a prompt: when this returns, it is on disk.</summary>
    public async Task<Acceptance> AcceptAsync(NewPrompt prompt)
    {
        // Whatever can be done before is done before: all callers share one writer.
        var messages = JsonSerializer.Serialize(prompt.Messages, HybridJson.Default.IReadOnlyListPromptMessage);
        var options = prompt.Options is null ? null : JsonSerializer.Serialize(prompt.Options, HybridJson.Default.PromptOptions);
        var digest = RowDigest.Of(PromptDigests.Covered(
        [
            prompt.Id, PromptRows.Name(prompt.Kind), prompt.AcceptedAt, messages, options, prompt.Model, prompt.Task, prompt.WaitOffline,
            prompt.Scope, prompt.Idempotency?.Key, prompt.Idempotency?.BodyHash, prompt.RetryOf, prompt.TraceParent,
            prompt.Owner,
        ]));
        var acceptance = await ChangeAsync(connection => Accept(connection, prompt, messages, options, digest));
        if (acceptance.Kind == AcceptanceKind.New)
        {
            Interlocked.Increment(ref _open);
        }

        return acceptance;
    }

    private Acceptance Accept(SqliteConnection connection, NewPrompt prompt, string messages, string? options, byte[] digest)
    {
        if (prompt.Idempotency is { } key)
        {
            var known = connection.Query(
                "SELECT id, body_hash FROM prompts WHERE idempotency_scope = $scope AND idempotency_key = $key",
                row => (Id: row.GetGuid(0), Hash: (byte[])row.GetValue(1)),
                ("$scope", prompt.Scope), ("$key", key.Key));
            if (known is [var earlier])
            {
                return new Acceptance(earlier.Id, earlier.Hash.AsSpan().SequenceEqual(key.BodyHash) ? AcceptanceKind.Known : AcceptanceKind.Conflict);
            }
        }

        if (prompt is { Idempotency: null, Request: { } request, Search: { } search } && Requests.FindEarlier(connection, request, search) is { } sent)
        {
            return sent;
        }

        if (Use(connection).Refusal(messages.Length) is { } refusal)
        {
            return new Acceptance(prompt.Id, AcceptanceKind.Full, refusal);
        }

        PromptChanges.Insert(connection, prompt, messages, options, digest);
        return new Acceptance(prompt.Id, AcceptanceKind.New);
    }

    /// <summary>Hands a prompt to the cloud: its state and the event are one transaction.</summary>
    /// <returns>False if it was no longer merely accepted; then nothing was changed.</returns>
    public async Task<bool> EscalateAsync(PromptRecord prompt, EscalationStep step)
    {
        var now = _time.GetUtcNow();
        var escalation = _events.Escalation(prompt, step, now);
        var changed = await ChangeAsync(connection => PromptChanges.Escalate(connection, prompt, step, now, escalation));
        if (changed)
        {
            Wake(_outboxFilled);
            Wake(_escalated);
        }

        return changed;
    }

    /// <summary>Records a final outcome and its event, in one transaction.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="outcome">Its outcome.</param>
    /// <param name="onlyAccepted">Whether a prompt that has escalated in the meantime is to be left alone.</param>
    /// <returns>False if the prompt had its outcome already, or was left alone; then nothing was changed.</returns>
    public async Task<bool> SettleAsync(PromptRecord prompt, Settlement outcome, bool onlyAccepted = false)
    {
        var now = _time.GetUtcNow();
        var result = _events.Result(prompt, outcome, now);
        var settled = await ChangeAsync(connection => PromptChanges.Settle(connection, prompt, outcome, now, result, _options, onlyAccepted));
        if (settled)
        {
            Interlocked.Decrement(ref _open);
            Announce(prompt.Id);
        }

        return settled;
    }

    /// <summary>Records what the cloud answered, once for each event.</summary>
    /// <param name="eventId">The event's id.</param>
    /// <param name="answer">Its data.</param>
    /// <param name="settlementOf">What the answer makes of its prompt; null where it only says that the deadline has passed.</param>
    public async Task<CloudVerdict> SettleFromCloudAsync(string eventId, AnswerData answer, Func<PromptRecord, Settlement?> settlementOf)
    {
        var now = _time.GetUtcNow();
        var verdict = await ChangeAsync(connection =>
        {
            if (connection.Query("SELECT 1 FROM inbox WHERE event_id = $id", row => true, ("$id", eventId)) is not [])
            {
                Counter.Add(connection, Counter.Duplicates);
                return CloudVerdict.Duplicate;
            }

            // What never left cannot have been answered: a copy of this data folder asked.
            var known = PromptRows.Find(connection, answer.PromptId);
            if (known is { State: PromptState.Accepted } || (known is null && !Pruning.IsForgotten(connection, answer.PromptId, now)))
            {
                return CloudVerdict.Unknown;
            }

            var result = CloudVerdict.Late;
            if (known is not { IsFinal: false } prompt)
            {
                Counter.Add(connection, Counter.Late);
            }
            else if (settlementOf(prompt) is { } outcome)
            {
                PromptChanges.Settle(connection, prompt, outcome, now, _events.Result(prompt, outcome, now), _options);
                result = CloudVerdict.Applied;
            }
            else
            {
                connection.Run("UPDATE prompts SET deadline = min(deadline, $now) WHERE id = $id", ("$now", now), ("$id", prompt.Id));
                result = CloudVerdict.Expired;
            }

            connection.Run(
                "INSERT INTO inbox (event_id, prompt_id, verdict, cost, currency, at) VALUES ($event, $prompt, $verdict, $cost, $currency, $now)",
                ("$event", eventId), ("$prompt", answer.PromptId), ("$verdict", result == CloudVerdict.Late ? "late" : "applied"),
                ("$cost", answer.Cost?.Amount.ToString(CultureInfo.InvariantCulture)), ("$currency", answer.Cost?.Currency), ("$now", now));
            return result;
        });
        if (verdict == CloudVerdict.Applied)
        {
            Interlocked.Decrement(ref _open);
            Announce(answer.PromptId);
        }

        return verdict;
    }

    /// <summary>Keeps an answer that is not ours to settle.</summary>
    public Task ParkAsync(string eventId, string reason, byte[] body) => _writer.WriteAsync(connection =>
    {
        Counter.Add(connection, Counter.Parked);
        return connection.Run(
            "INSERT OR IGNORE INTO parked (event_id, reason, body, at) VALUES ($id, $reason, $body, $at)",
            ("$id", eventId), ("$reason", reason), ("$body", body), ("$at", _time.GetUtcNow()));
    });

    /// <summary>Adds one to a counter.</summary>
    public Task CountAsync(string counter) => _writer.WriteAsync(connection =>
    {
        Counter.Add(connection, counter);
        return true;
    });

    /// <summary>
    /// Looks whether the clock was set, and if so lets everything open keep the time it had left; to be called before any time is compared with
    /// a time in the journal.
    /// </summary>
    /// <exception cref="JournalException">It could not be recorded; the next call tries again.</exception>
    public async Task FollowClockAsync()
    {
        await _clockTurn.WaitAsync();
        try
        {
            if (_clock.Look(NewestTime) is var (jump, since, now))
            {
                await _writer.WriteAsync(connection =>
                {
                    ClockShift.Apply(connection, jump, since, now);
                    Counter.Add(connection, Counter.ClockSet);
                    return true;
                });
            }

            _clock.Agree();
        }
        finally
        {
            _clockTurn.Release();
        }
    }

    /// <summary>Open prompts whose deadline has come, the most urgent first.</summary>
    public IReadOnlyList<PromptRecord> Due(int most) => Read(connection => PromptRows.Due(connection, _time.GetUtcNow(), most));

    /// <summary>Escalated prompts the local model should answer after all.</summary>
    public IReadOnlyList<PromptRecord> FallbackDue(int most) => Read(connection => PromptRows.FallbackDue(connection, _time.GetUtcNow(), most));

    /// <summary>Accepted prompts nobody has worked on, as a crash or a stop leaves them, oldest first.</summary>
    public IReadOnlyList<PromptRecord> Unfinished() => Read(PromptRows.Unfinished);

    /// <summary>A prompt, or null.</summary>
    public PromptRecord? Find(Guid id) => Read(connection => PromptRows.Find(connection, id));

    /// <summary>What a prompt's answer has beside its text, or its draft as long as there is no answer; null for nothing.</summary>
    public AnswerParts? Parts(Guid id) => Read(connection => AnswerParts.Read(connection, id));

    /// <summary>The request that brought a prompt; null if it came another way.</summary>
    public RequestRecord? Request(Guid id) => Read(connection => Requests.Find(connection, id));

    /// <summary>Notes that a prompt's answer has gone out whole, to a caller who was there until the end.</summary>
    public Task DeliverAsync(Guid id)
    {
        var now = _time.GetUtcNow();
        return _writer.WriteAsync(connection => Requests.Deliver(connection, id, now));
    }

    /// <summary>The newest prompts first, perhaps only those of one state.</summary>
    public IReadOnlyList<PromptRecord> List(PromptState? state, int most) => Read(connection => PromptRows.List(connection, state, most));

    /// <summary>The newest prompts of one owner first, perhaps only those of one state.</summary>
    /// <param name="owner">The owner; null for prompts that have none.</param>
    /// <param name="state">The state; null for all.</param>
    /// <param name="most">At most so many.</param>
    public IReadOnlyList<PromptRecord> ListOf(string? owner, PromptState? state, int most) =>
        Read(connection => PromptRows.ListOf(connection, owner, state, most));

    /// <summary>Every change of a prompt's state, in order.</summary>
    public IReadOnlyList<Transition> Trace(Guid id) => Read(connection => PromptRows.Trace(connection, id));

    /// <summary>How many prompts there are in each state.</summary>
    public IReadOnlyDictionary<PromptState, long> States() => Read(PromptRows.States);

    /// <summary>How many prompts have no outcome yet.</summary>
    public long OpenCount => Interlocked.Read(ref _open);

    /// <summary>What the journal has counted over its life; see <see cref="Counter"/>.</summary>
    public IReadOnlyDictionary<string, long> Counters() => Read(Counter.All);

    /// <summary>What late answers cost, by currency: paid for, never applied.</summary>
    public IReadOnlyList<Cost> LateCosts() => Read(connection => connection
        .Query(
            "SELECT cost, currency FROM inbox WHERE verdict = 'late' AND cost IS NOT NULL",
            row => new Cost(decimal.Parse(row.GetString(0), CultureInfo.InvariantCulture), row.GetString(1)))
        .Concat(Pruning.Forgotten(connection))
        .GroupBy(cost => cost.Currency)
        .Select(costs => new Cost(costs.Sum(cost => cost.Amount), costs.Key))
        .ToList());

    /// <summary>The events of a queue to be sent next, in order; what is no longer worth sending included.</summary>
    public IReadOnlyList<OutboxEntry> NextToSend(string queue, int most) => Read(connection => Outbox.Next(connection, queue, most));

    /// <summary>What waits to be sent, by queue.</summary>
    public IReadOnlyList<OutboxSummary> OutboxPending() => Read(Outbox.Pending);

    /// <summary>Removes events the broker has acknowledged, or that nobody wants any more.</summary>
    public Task RemoveFromOutboxAsync(IReadOnlyList<long> sequences, bool sent) => _writer.WriteAsync(connection =>
    {
        foreach (var sequence in sequences)
        {
            Outbox.Remove(connection, sequence);
            if (!sent)
            {
                Counter.Add(connection, Counter.Unsent);
            }
        }

        return true;
    });

    /// <summary>Notes that sending failed.</summary>
    public Task NoteSendFailureAsync(long sequence, string error) =>
        _writer.WriteAsync(connection => Outbox.NoteFailure(connection, sequence, error));

    /// <summary>How full the journal is.</summary>
    public JournalUse Use() => Read(Use);

    /// <summary>Settled prompts that may go, from a place on.</summary>
    public IReadOnlyList<PrunablePrompt> Prunable(DateTimeOffset settledBefore, PrunablePrompt after, int most) =>
        Read(connection => Pruning.Candidates(connection, settledBefore, _time.GetUtcNow(), after, most));

    /// <summary>Deletes settled prompts with their traces and keys.</summary>
    public Task PruneAsync(IReadOnlyList<PrunablePrompt> prompts, DateTimeOffset settledBefore) => _writer.WriteAsync(connection =>
    {
        Pruning.Delete(connection, prompts, settledBefore);
        Counter.Add(connection, Counter.Pruned, prompts.Count);
        return true;
    });

    /// <summary>Forgets answers that cannot come again.</summary>
    /// <returns>How many; as many as asked for if there may be more.</returns>
    public Task<int> ForgetAnswersAsync(int most) =>
        _writer.WriteAsync(connection => Pruning.ForgetAnswers(connection, _time.GetUtcNow() - Pruning.AnswerLife, most));

    /// <summary>Whether the file is larger than what it holds.</summary>
    public bool HasFreePages() => Read(connection => connection.Query("PRAGMA freelist_count", row => row.GetInt64(0)))[0] > 0;

    /// <summary>Cuts some free pages off the end of the file; they are the system's after the next checkpoint.</summary>
    /// <returns>How many are left.</returns>
    public Task<long> GiveSpaceBackAsync(int pages) => _writer.WriteAsync(connection => Pruning.GiveBack(connection, pages));

    /// <summary>Moves the write-ahead log into the file and cuts both to their length, unless somebody reads just now.</summary>
    public void Checkpoint() => Read(connection => connection.Query("PRAGMA wal_checkpoint(TRUNCATE)", row => row.GetInt64(0)));

    /// <summary>Whether the journal can be written right now.</summary>
    /// <exception cref="JournalException">It cannot.</exception>
    public Task ProbeAsync() => _writer.WriteAsync(connection => connection.Run(
        "INSERT INTO meta (key, value) VALUES ('probe', '') ON CONFLICT (key) DO UPDATE SET value = ''"));

    /// <summary>Ends when something may be waiting in the outbox.</summary>
    public Task OutboxFilledAsync(TimeSpan most, CancellationToken cancellationToken) => _outboxFilled.WaitAsync(most, cancellationToken);

    /// <summary>Whether any prompt waits for the cloud.</summary>
    public bool AwaitsAnswers() => Read(PromptRows.AnyEscalated);

    /// <summary>Waits until a prompt has escalated since the last call, or until the time is over.</summary>
    public Task EscalatedAsync(TimeSpan most, CancellationToken cancellationToken) => _escalated.WaitAsync(most, cancellationToken);

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _writer.Dispose();
        _mark.Dispose();
        _writing.Dispose();
        _reading.Dispose();
        _outboxFilled.Dispose();
        _escalated.Dispose();
        _clockTurn.Dispose();
    }

    private static Guid EpochOf(SqliteConnection connection, JournalFiles files)
    {
        connection.Run("INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', $epoch)", ("$epoch", Guid.NewGuid()));
        var text = connection.Query("SELECT value FROM meta WHERE key = 'epoch'", row => row.GetString(0))[0];
        if (!Guid.TryParse(text, out var epoch))
        {
            throw new JournalException(JournalSchema.Damaged(files.Database, "its epoch is none"));
        }

        switch (files.ReadEpoch())
        {
            case null:
                files.WriteEpoch(epoch);
                return epoch;
            case { } kept when kept != epoch:
                throw new JournalException(JournalSchema.Damaged(files.Database, $"its epoch is {epoch}, but {kept} is kept beside it"));
            default:
                return epoch;
        }
    }

    /// <summary>A write that may change the state of a prompt: before anybody hears of it, it is noted that there was one more.</summary>
    private async Task<T> ChangeAsync<T>(Func<SqliteConnection, T> change)
    {
        var (result, changes) = await _writer.WriteAsync(connection => (change(connection), JournalSchema.Changes(connection)));
        _mark.Note(changes);
        return result;
    }


    private JournalUse Use(SqliteConnection connection) => connection.Query(
        """
        SELECT (SELECT prompts FROM tally), (SELECT page_size FROM pragma_page_size)
          * ((SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count))
        """,
        row => new JournalUse(row.GetInt64(0), _options.MaxPrompts, row.GetInt64(1), _options.MaxBytes))[0];

    private DateTimeOffset? NewestTime() => Read(connection =>
        connection.Query("SELECT at FROM transitions ORDER BY seq DESC LIMIT 1", row => row.Time(0)) is [var at] ? at : (DateTimeOffset?)null);

    private void Announce(Guid id)
    {
        Settled.Settle(id);
        Wake(_outboxFilled);
    }

    private static void Wake(SemaphoreSlim signal)
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Whoever waits has been told already.
        }
    }

    private T Read<T>(Func<SqliteConnection, T> query)
    {
        try
        {
            return _reading.Do(query);
        }
        catch (SqliteException exception)
        {
            throw new JournalException($"The journal cannot be read: {exception.Message}", exception);
        }
        catch (Exception exception)
            when (exception is ArgumentException or FormatException or OverflowException or InvalidCastException or JsonException)
        {
            // No value that was written reads like this.
            throw new JournalException("The journal is damaged. Stop the device and run hybrid-edge journal recover.", exception);
        }
    }


}
