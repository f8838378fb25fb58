using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Hybrid.Contracts.Crashes;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>The journal's one writer: a thread that puts whatever waits into one transaction, so that many writes share one sync to disk.</summary>
internal sealed class JournalWriter : IDisposable
{
    private const int MostPerCommit = 256;
    private const int MostWaiting = 4096;

    private readonly BlockingCollection<Work> _waiting = new(MostWaiting);
    private readonly SqliteConnection _connection;
    private readonly Thread _thread;

    public JournalWriter(SqliteConnection connection)
    {
        _connection = connection;
        _thread = new Thread(Run) { Name = "journal writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Does some work inside a transaction; the task ends when it is on disk.</summary>
    /// <exception cref="JournalException">It could not be recorded; nothing of this work was.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, T> work)
    {
        var item = new Work<T>(work);
        try
        {
            _waiting.Add(item);
        }
        catch (InvalidOperationException exception)
        {
            throw new JournalException("The journal is closed.", exception);
        }

        return item.Task;
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread.Join();
        _waiting.Dispose();
    }

    private void Run()
    {
        var batch = new List<Work>();
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MostPerCommit && _waiting.TryTake(out var next))
            {
                batch.Add(next);
            }

            Commit(batch);
            batch.Clear();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong belongs to those who wait for this commit; the thread must live on.")]
    private void Commit(List<Work> batch)
    {
        try
        {
            Execute("BEGIN IMMEDIATE");
            foreach (var work in batch)
            {
                Execute("SAVEPOINT work");
                try
                {
                    work.Do(_connection);
                }
                catch (Exception exception) when (!IsFatal(exception))
                {
                    work.Failure = exception is SqliteException ? Translate(exception) : exception;
                    Execute("ROLLBACK TO work");
                }

                Execute("RELEASE work");
            }

            CrashPoint.Hit(EdgeCrashPoints.CommitBefore);
            Execute("COMMIT");
            CrashPoint.Hit(EdgeCrashPoints.Committed);
        }
        catch (Exception exception)
        {
            RollBack();
            foreach (var work in batch)
            {
                work.Failure = Translate(exception);
            }
        }

        foreach (var work in batch)
        {
            work.End();
        }
    }

    /// <summary>Whether SQLite may have rolled back everything already, or the disk is the trouble: then nothing of the batch stands.</summary>
    private static bool IsFatal(Exception exception) => exception is SqliteException
    {
        SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_NOMEM or SQLitePCL.raw.SQLITE_CORRUPT
            or SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_INTERRUPT or SQLitePCL.raw.SQLITE_NOTADB
            or SQLitePCL.raw.SQLITE_CANTOPEN,
    };

    private static JournalException Translate(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL } =>
            new JournalException("The journal's disk is full. Make room; nothing that was accepted is lost.", exception),
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED } =>
            new JournalException("The journal is locked by another program. Close it.", exception),
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_READONLY } =>
            new JournalException("The journal cannot be written. Check the data folder's permissions.", exception),
        _ => new JournalException($"The journal cannot be written: {exception.Message}", exception),
    };

    private void RollBack()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself.
        }
    }

    private void Execute(string sql) => _connection.Run(sql);

    private abstract class Work
    {
        public Exception? Failure { get; set; }

        public abstract void Do(SqliteConnection connection);

        public abstract void End();
    }

    private sealed class Work<T>(Func<SqliteConnection, T> work) : Work
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;

        public override void Do(SqliteConnection connection) => _result = work(connection);

        public override void End()
        {
            if (Failure is { } failure)
            {
                _done.SetException(failure);
            }
            else
            {
                _done.SetResult(_result!);
            }
        }
    }
}
