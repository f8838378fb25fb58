using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>One statement, its parameters, its rows.</summary>
internal static class SqliteCommands
{
    /// <returns>How many rows changed.</returns>
    public static int Run(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var lease = Command(connection, sql, parameters);
        return lease.Command.ExecuteNonQuery();
    }

    /// <summary>Rows one by one, for results that need not fit into memory; the connection is busy until the last.</summary>
    public static IEnumerable<T> Each<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> map)
    {
        using var lease = Command(connection, sql, []);
        using var reader = lease.Command.ExecuteReader();
        while (reader.Read())
        {
            yield return map(reader);
        }
    }

    public static List<T> Query<T>(
        this SqliteConnection connection, string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var lease = Command(connection, sql, parameters);
        using var reader = lease.Command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public static string? TextOrNull(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? LongOrNull(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static double? DoubleOrNull(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    public static DateTimeOffset Time(this SqliteDataReader reader, int column) => DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    /// <summary>
    /// A value as the journal stores it. A text is read back only up to its first NUL, which would make it another than its digest knows; models
    /// do say NUL.
    /// </summary>
    public static object? Stored(object? value) => value switch
    {
        string text when text.Contains('\0', StringComparison.Ordinal) => Storable(text),
        Guid id => id.ToString(),
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        _ => value,
    };

    /// <summary>The same text without what cannot be stored.</summary>
    public static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static StatementLease Command(SqliteConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var keeper = connection as JournalConnection;
        var command = keeper?.Statement(sql) ?? connection.CreateCommand();
        if (keeper is null)
        {
            command.CommandText = sql;
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            Bind(command, i, parameters[i]);
        }

        return new StatementLease(command, IsKept: keeper is not null);
    }

    // The same statement always comes with the same parameters in the same order.
    private static void Bind(SqliteCommand command, int index, (string Name, object? Value) parameter)
    {
        var value = Stored(parameter.Value) ?? DBNull.Value;
        if (index < command.Parameters.Count)
        {
            command.Parameters[index].Value = value;
        }
        else
        {
            command.Parameters.AddWithValue(parameter.Name, value);
        }
    }

    private readonly record struct StatementLease(SqliteCommand Command, bool IsKept) : IDisposable
    {
        public void Dispose()
        {
            if (!IsKept)
            {
                Command.Dispose();
            }
        }
    }
}
