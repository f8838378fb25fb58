using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Hybrid.Journal.Bench;

/// <summary>The limit: one prepared statement, one table without triggers, as many rows a commit as there are callers, WAL and FULL.</summary>
internal static class BareInserts
{
    /// <summary>Rows a second.</summary>
    public static double Measure(string folder, int rowsPerCommit, string messages, TimeSpan duration)
    {
        var path = Path.Combine(folder, $"bare-{rowsPerCommit}.db");
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        Execute(connection, "CREATE TABLE prompts (id TEXT PRIMARY KEY, kind TEXT, accepted_at INTEGER, deadline INTEGER, messages TEXT, model TEXT) STRICT");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO prompts VALUES ($id, 'batch', $at, $at, $messages, 'hybrid')";
        var id = insert.Parameters.Add("$id", SqliteType.Text);
        var at = insert.Parameters.Add("$at", SqliteType.Integer);
        insert.Parameters.AddWithValue("$messages", messages);
        insert.Prepare();
        var rows = 0L;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            Execute(connection, "BEGIN IMMEDIATE");
            for (var row = 0; row < rowsPerCommit; row++)
            {
                id.Value = Guid.CreateVersion7().ToString();
                at.Value = rows++;
                insert.ExecuteNonQuery();
            }

            Execute(connection, "COMMIT");
        }

        return rows / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
