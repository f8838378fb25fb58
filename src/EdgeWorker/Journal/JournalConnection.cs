using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>A connection that keeps its statements prepared: parsing a statement takes longer than running it. For one thread.</summary>
internal sealed class JournalConnection(string connectionString) : SqliteConnection(connectionString)
{
    private readonly Dictionary<string, SqliteCommand> _statements = [];

    /// <summary>The prepared statement of a text; only texts that stand in the code are asked for, so there are few.</summary>
    public SqliteCommand Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = CreateCommand();
            statement.CommandText = sql;
            _statements.Add(sql, statement);
        }

        return statement;
    }
}
