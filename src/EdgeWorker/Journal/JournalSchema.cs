using Hybrid.EdgeWorker.Journal.Recovery;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>The journal's tables and the rules SQLite itself keeps. A new version gets a migration here; old ones are never edited.</summary>
internal static class JournalSchema
{
    public const int Version = 4;

    /// <summary>"HYBR": marks the file as ours (SQLite, "Database File Format", application id).</summary>
    private const int ApplicationId = 0x48594252;

    /// <summary>
    /// Above this size, in bytes, the whole file is checked only after a process that did not close it: SQLite reads about 300 MB/s for it.
    /// </summary>
    private const long LargestCheckedFile = 64L << 20;

    /// <summary>The write-ahead log is cut back to this many bytes after it has been moved into the file.</summary>
    private const long LargestRestingLog = 4L << 20;

    private const long IncrementalVacuum = 2;

    private const string Version1 = """
        CREATE TABLE prompts (
          id TEXT PRIMARY KEY,
          state TEXT NOT NULL CHECK (state IN ('accepted', 'escalated', 'answered', 'failed', 'expired')),
          kind TEXT NOT NULL CHECK (kind IN ('interactive', 'batch')),
          accepted_at INTEGER NOT NULL,
          deadline INTEGER NOT NULL,
          messages TEXT NOT NULL,
          options TEXT,
          model TEXT NOT NULL,
          task TEXT,
          wait_offline INTEGER NOT NULL,
          idempotency_scope TEXT,
          idempotency_key TEXT,
          body_hash BLOB,
          retry_of TEXT REFERENCES prompts (id),
          trace_parent TEXT,
          route TEXT CHECK (route IN ('local', 'cloud')),
          reason TEXT,
          detail TEXT,
          confidence REAL,
          draft TEXT,
          draft_model TEXT,
          fallback_at INTEGER,
          answer TEXT,
          answer_model TEXT,
          input_tokens INTEGER,
          output_tokens INTEGER,
          cost TEXT,
          currency TEXT,
          finish_reason TEXT,
          error_code TEXT,
          error_message TEXT,
          changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX prompts_idempotency ON prompts (idempotency_scope, idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE INDEX prompts_open ON prompts (deadline) WHERE state IN ('accepted', 'escalated');
        CREATE INDEX prompts_state ON prompts (state, id);

        CREATE TABLE transitions (
          seq INTEGER PRIMARY KEY,
          prompt_id TEXT NOT NULL REFERENCES prompts (id),
          from_state TEXT,
          to_state TEXT NOT NULL,
          route TEXT,
          reason TEXT,
          detail TEXT,
          at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX transitions_prompt ON transitions (prompt_id, seq);

        CREATE TABLE outbox (
          seq INTEGER PRIMARY KEY AUTOINCREMENT,
          queue TEXT NOT NULL,
          event_id TEXT NOT NULL UNIQUE,
          prompt_id TEXT NOT NULL REFERENCES prompts (id),
          priority INTEGER NOT NULL,
          body BLOB NOT NULL,
          created_at INTEGER NOT NULL,
          expires_at INTEGER NOT NULL,
          attempts INTEGER NOT NULL DEFAULT 0,
          last_error TEXT
        ) STRICT;
        CREATE INDEX outbox_order ON outbox (queue, priority, seq);
        CREATE INDEX outbox_prompt ON outbox (prompt_id);

        CREATE TABLE inbox (
          event_id TEXT PRIMARY KEY,
          prompt_id TEXT NOT NULL,
          verdict TEXT NOT NULL CHECK (verdict IN ('applied', 'late')),
          cost TEXT,
          currency TEXT,
          at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE parked (
          event_id TEXT PRIMARY KEY,
          reason TEXT NOT NULL,
          body BLOB NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TRIGGER prompts_begin BEFORE INSERT ON prompts WHEN NEW.state <> 'accepted'
        BEGIN SELECT RAISE(ABORT, 'a prompt begins as accepted'); END;

        CREATE TRIGGER prompts_keep BEFORE DELETE ON prompts
        BEGIN SELECT RAISE(ABORT, 'a prompt is never deleted'); END;

        -- REPLACE deletes without asking the trigger above.
        CREATE TRIGGER prompts_once BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM prompts WHERE id = NEW.id)
          OR EXISTS (SELECT 1 FROM prompts WHERE idempotency_scope = NEW.idempotency_scope AND idempotency_key = NEW.idempotency_key)
        BEGIN SELECT RAISE(ABORT, 'a prompt is never replaced'); END;

        CREATE TRIGGER prompts_same BEFORE UPDATE OF id, kind, accepted_at, messages, idempotency_scope, idempotency_key, body_hash ON prompts
        BEGIN SELECT RAISE(ABORT, 'what was asked never changes'); END;

        CREATE TRIGGER prompts_graph BEFORE UPDATE OF state ON prompts WHEN NOT (
          (OLD.state = 'accepted' AND NEW.state IN ('escalated', 'answered', 'failed', 'expired'))
          OR (OLD.state = 'escalated' AND NEW.state IN ('answered', 'failed', 'expired')))
        BEGIN SELECT RAISE(ABORT, 'illegal transition'); END;

        CREATE TRIGGER prompts_route BEFORE UPDATE OF state ON prompts WHEN
          (OLD.state = 'accepted' AND NEW.state = 'answered' AND NEW.route IS NOT 'local')
          OR (NEW.state = 'answered' AND (NEW.answer IS NULL OR NEW.route IS NULL))
          OR (NEW.state IN ('failed', 'expired') AND NEW.reason IS NULL)
        BEGIN SELECT RAISE(ABORT, 'illegal outcome'); END;

        CREATE TRIGGER prompts_final BEFORE UPDATE ON prompts WHEN OLD.state IN ('answered', 'failed', 'expired')
        BEGIN SELECT RAISE(ABORT, 'a final state never changes'); END;

        CREATE TRIGGER prompts_accepted AFTER INSERT ON prompts
        BEGIN INSERT INTO transitions (prompt_id, to_state, at) VALUES (NEW.id, NEW.state, NEW.accepted_at); END;

        CREATE TRIGGER prompts_changed AFTER UPDATE OF state ON prompts
        BEGIN
          INSERT INTO transitions (prompt_id, from_state, to_state, route, reason, detail, at)
          VALUES (NEW.id, OLD.state, NEW.state, NEW.route, NEW.reason, NEW.detail, NEW.changed_at);
        END;

        CREATE TRIGGER transitions_keep BEFORE DELETE ON transitions
        BEGIN SELECT RAISE(ABORT, 'a transition is never deleted'); END;

        CREATE TRIGGER transitions_same BEFORE UPDATE ON transitions
        BEGIN SELECT RAISE(ABORT, 'a transition never changes'); END;
        """;

    /// <summary>
    /// Pruning: a row in <c>pruning</c>, which only ever exists inside the transaction that prunes, says how old a settled prompt must be
    /// to go. Digests: see <see cref="PromptDigests"/>. <c>tally</c> counts what the limits ask for with every prompt, and the changes of
    /// state there ever were.
    /// </summary>
    private const string Version2 = """
        ALTER TABLE prompts ADD COLUMN asked_digest BLOB;
        ALTER TABLE prompts ADD COLUMN draft_digest BLOB;
        ALTER TABLE prompts ADD COLUMN outcome_digest BLOB;
        ALTER TABLE outbox ADD COLUMN digest BLOB;
        CREATE INDEX prompts_settled ON prompts (changed_at) WHERE state IN ('answered', 'failed', 'expired');
        CREATE INDEX prompts_retried ON prompts (retry_of) WHERE retry_of IS NOT NULL;
        CREATE INDEX inbox_prompt ON inbox (prompt_id);
        CREATE INDEX inbox_age ON inbox (at);

        CREATE TABLE pruning (settled_before INTEGER NOT NULL) STRICT;
        CREATE TABLE late_costs (currency TEXT PRIMARY KEY, amount TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE tally (prompts INTEGER NOT NULL, results INTEGER NOT NULL, changes INTEGER NOT NULL) STRICT;
        INSERT INTO tally SELECT (SELECT count(*) FROM prompts), (SELECT count(*) FROM outbox WHERE queue = 'results'), 0;

        DROP TRIGGER prompts_keep;
        CREATE TRIGGER prompts_keep BEFORE DELETE ON prompts WHEN EXISTS (SELECT 1 FROM outbox WHERE prompt_id = OLD.id)
          OR NOT EXISTS (SELECT 1 FROM pruning WHERE OLD.state IN ('answered', 'failed', 'expired') AND OLD.changed_at < settled_before)
        BEGIN SELECT RAISE(ABORT, 'a prompt is never deleted before its time'); END;

        DROP TRIGGER transitions_keep;
        CREATE TRIGGER transitions_keep BEFORE DELETE ON transitions WHEN NOT EXISTS (
          SELECT 1 FROM pruning, prompts
          WHERE id = OLD.prompt_id AND state IN ('answered', 'failed', 'expired') AND changed_at < settled_before)
        BEGIN SELECT RAISE(ABORT, 'a transition is never deleted before its prompt'); END;

        CREATE TRIGGER tally_changed AFTER INSERT ON transitions BEGIN UPDATE tally SET changes = changes + 1; END;
        CREATE TRIGGER tally_accepted AFTER INSERT ON prompts BEGIN UPDATE tally SET prompts = prompts + 1; END;
        CREATE TRIGGER tally_pruned AFTER DELETE ON prompts BEGIN UPDATE tally SET prompts = prompts - 1; END;
        CREATE TRIGGER tally_filled AFTER INSERT ON outbox WHEN NEW.queue = 'results' BEGIN UPDATE tally SET results = results + 1; END;
        CREATE TRIGGER tally_emptied AFTER DELETE ON outbox WHEN OLD.queue = 'results' BEGIN UPDATE tally SET results = results - 1; END;
        """;

    /// <summary>Owners: the API key that asked, as much a part of what was asked as the question.</summary>
    private const string Version3 = """
        ALTER TABLE prompts ADD COLUMN owner TEXT;
        CREATE INDEX prompts_owner ON prompts (owner, id) WHERE owner IS NOT NULL;

        DROP TRIGGER prompts_same;
        CREATE TRIGGER prompts_same
          BEFORE UPDATE OF id, kind, accepted_at, messages, idempotency_scope, idempotency_key, body_hash, owner ON prompts
        BEGIN SELECT RAISE(ABORT, 'what was asked never changes'); END;
        """;

    /// <summary>
    /// The requests that brought prompts, see <see cref="Requests"/>, and what answers have beside their text, see <see cref="AnswerParts"/>.
    /// </summary>
    private const string Version4 = """
        CREATE TABLE requests (
          prompt_id TEXT PRIMARY KEY REFERENCES prompts (id),
          endpoint TEXT NOT NULL,
          kept INTEGER NOT NULL,
          instructed INTEGER NOT NULL,
          previous TEXT,
          fingerprint BLOB NOT NULL,
          peer BLOB NOT NULL,
          delivered_at INTEGER
        ) STRICT;
        CREATE INDEX requests_fingerprint ON requests (fingerprint, prompt_id);

        CREATE TABLE answer_parts (
          prompt_id TEXT PRIMARY KEY REFERENCES prompts (id),
          tool_calls TEXT,
          log_probs TEXT,
          digest BLOB NOT NULL
        ) STRICT;
        """;

    /// <summary>Checks that a file is a sound journal of ours, or begins one where there is none. No other file is changed.</summary>
    /// <exception cref="JournalException">It is damaged, foreign, or of a newer version.</exception>
    public static void Ensure(JournalFiles files)
    {
        if (files.Exist)
        {
            Inspect(files);
        }
        else
        {
            files.ForgetEpoch();
            Begin(files.Database);
        }
    }

    /// <summary>Prepares a connection for writing and brings the file to this version.</summary>
    public static void Prepare(SqliteConnection connection)
    {
        Execute(
            connection,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; "
            + $"PRAGMA journal_size_limit = {LargestRestingLog};");
        if (Scalar(connection, "PRAGMA user_version") is < Version and var version)
        {
            Execute(connection, "BEGIN IMMEDIATE");
            if (version == 1)
            {
                Execute(connection, Version2);
                PromptDigests.Fill(connection);
            }

            if (version <= 2)
            {
                Execute(connection, Version3);
            }

            Execute(connection, $"{Version4} PRAGMA user_version = {Version}; COMMIT");
        }

        if (Scalar(connection, "PRAGMA auto_vacuum") != IncrementalVacuum)
        {
            GiveSpaceBackFromNowOn(connection);
        }
    }

    /// <summary>
    /// Rewrites the whole file once; without the room to do so it is tried again at the next start, and freed space is only used again.
    /// </summary>
    private static void GiveSpaceBackFromNowOn(SqliteConnection connection)
    {
        try
        {
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL)
        {
            // The file is as it was.
        }
    }

    /// <summary>Under another name first: a crash in the middle must leave no half of a journal, so an empty file can only be a damaged one.</summary>
    private static void Begin(string path)
    {
        var unfinished = path + ".new";
        using (var connection = Create(unfinished))
        {
            // Closed at once.
        }

        File.Move(unfinished, path);
    }

    /// <summary>Makes an empty journal, in place of whatever was left under that name.</summary>
    public static SqliteConnection Create(string path)
    {
        File.Delete(path);
        var connection = Open(path, SqliteOpenMode.ReadWriteCreate);
        Execute(
            connection,
            $"PRAGMA auto_vacuum = INCREMENTAL; BEGIN IMMEDIATE; {Version1} {Version2} {Version3} {Version4} "
            + $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT;");
        return connection;
    }

    /// <summary>
    /// Opens a journal for reading only: what a connection that may write does when it closes would change also a file that is none of
    /// ours.
    /// </summary>
    /// <param name="files">The journal.</param>
    /// <param name="damage">Says that only the marks in the file's header are wrong; null if they are right.</param>
    /// <exception cref="ForeignJournalException">It is foreign or of a newer version.</exception>
    /// <exception cref="SqliteException">It is damaged or cannot be read.</exception>
    public static SqliteConnection OpenToRead(JournalFiles files, out string? damage)
    {
        var connection = Open(files.Database, SqliteOpenMode.ReadOnly);
        try
        {
            var (id, version) = ((int)Scalar(connection, "PRAGMA application_id"), (int)Scalar(connection, "PRAGMA user_version"));
            damage = null;
            if (id == ApplicationId && version is >= 1 and <= Version)
            {
                return connection;
            }

            if (HasOurSchema(connection))
            {
                damage = "its header is damaged";
                return connection;
            }

            throw new ForeignJournalException(id == ApplicationId
                ? $"{files.Database} has schema version {version}; this program knows {Version}. It was left as it is. "
                + "Use the newer program, or another data folder."
                : $"{files.Database} is a database of another program; it was left as it is. "
                + $"Choose another data folder with --data or {JournalOptions.SectionName}:{nameof(JournalOptions.Folder)}.");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether SQLite says that the file is not what it was, and not merely that it cannot be reached.</summary>
    public static bool IsDamage(SqliteException exception) => exception.SqliteErrorCode is
        SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_ERROR or SQLitePCL.raw.SQLITE_FORMAT
        or SQLitePCL.raw.SQLITE_MISMATCH;

    /// <summary>Whether a file says in its header that it is not ours, and everything in it says that it is, of a version that has digests.</summary>
    private static bool HasOurSchema(SqliteConnection connection)
    {
        const string Definitions = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql";
        var found = connection.Query(Definitions, row => row.GetString(0));
        using var fresh = Open(":memory:", SqliteOpenMode.Memory);
        Execute(fresh, Version1 + Version2);
        foreach (var version in (ReadOnlySpan<string>)["", Version3, Version4])
        {
            Execute(fresh, version);
            if (found.SequenceEqual(fresh.Query(Definitions, row => row.GetString(0))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How many changes of state there have been, those of pruned prompts included.</summary>
    public static long Changes(SqliteConnection connection) => Scalar(connection, "SELECT changes FROM tally");

    /// <summary>Whether rows have digests; those of version 1 get them when it is opened for writing.</summary>
    public static bool HasDigests(SqliteConnection connection) => Scalar(connection, "PRAGMA user_version") > 1;

    /// <summary>Whether prompts have owners; those of earlier versions have none.</summary>
    public static bool HasOwners(SqliteConnection connection) => Scalar(connection, "PRAGMA user_version") > 2;

    /// <summary>Whether answers may have parts beside their text.</summary>
    public static bool HasParts(SqliteConnection connection) => Scalar(connection, "PRAGMA user_version") > 3;

    /// <summary>
    /// What can be found out quickly: files and structure, and whether what will be worked on and asked reads as it was written.
    /// </summary>
    private static void Inspect(JournalFiles files)
    {
        if (JournalCheck.Missing(files) is { } missing)
        {
            throw new JournalException(Damaged(files.Database, missing));
        }

        try
        {
            using var connection = OpenToRead(files, out var damage);
            if (damage is not null)
            {
                throw new JournalException(Damaged(files.Database, damage));
            }

            if ((files.WasLeftOpen || new FileInfo(files.Database).Length <= LargestCheckedFile)
                && Text(connection, "PRAGMA quick_check(1)") is var check and not "ok")
            {
                throw new JournalException(Damaged(files.Database, check));
            }

            if (JournalCheck.Lost(files, connection) is { } lost)
            {
                throw new JournalException(Damaged(files.Database, lost));
            }

            if (HasDigests(connection)
                && JournalCheck.Differing(connection, "prompts", "state IN ('accepted', 'escalated')")
                    .Concat(JournalCheck.Differing(connection, "outbox", "queue = 'escalations'")).FirstOrDefault() is { } differing)
            {
                throw new JournalException(Damaged(files.Database, differing));
            }
        }
        catch (SqliteException exception) when (IsDamage(exception))
        {
            throw new JournalException(Damaged(files.Database, exception.Message), exception);
        }
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Says that a journal is damaged and what to do.</summary>
    public static string Damaged(string path, string detail) =>
        $"{path} is damaged or no database ({detail}). It was left as it is. "
        + $"Run hybrid-edge journal recover --data \"{Path.GetDirectoryName(path)}\": it sets the file aside under another name "
        + "and keeps what can be read.";

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
