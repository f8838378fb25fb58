using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Connections to read by, as many as there are readers at once, each with its statements kept prepared. Thread safe.</summary>
internal sealed class JournalReaders(string connectionString) : IDisposable
{
    private readonly ConcurrentBag<JournalConnection> _idle = [];
    private volatile bool _closed;

    /// <summary>Reads something. The connection is not to be used after the query has returned.</summary>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public T Do<T>(Func<SqliteConnection, T> query)
    {
        if (!_idle.TryTake(out var connection))
        {
            connection = new JournalConnection(connectionString);
        }

        try
        {
            if (connection.State != System.Data.ConnectionState.Open)
            {
                connection.Open();
            }

            var result = query(connection);
            if (_closed)
            {
                connection.Dispose();
            }
            else
            {
                _idle.Add(connection);
            }

            return result;
        }
        catch
        {
            // Nobody knows what state it is in.
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }
}
