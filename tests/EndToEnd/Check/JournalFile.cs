using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Hybrid.EndToEnd.Check;

/// <summary>A journal read by SQL alone: none of the product's classes stands between the checker and the file.</summary>
/// <param name="Prompts">Every prompt.</param>
/// <param name="Outbox">How many events wait to be sent.</param>
/// <param name="Damage">What SQLite finds wrong with the file; null for nothing.</param>
internal sealed record JournalFile(IReadOnlyList<JournalPrompt> Prompts, long Outbox, string? Damage)
{
    /// <summary>Reads a file nobody writes to.</summary>
    /// <exception cref="SqliteException">It is no database.</exception>
    public static JournalFile Read(string path)
    {
        var device = Path.GetFileName(Path.GetDirectoryName(path))!;
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        var check = Rows(connection, "PRAGMA integrity_check(1)", row => row.GetString(0)).Single();
        var steps = Rows(connection, "SELECT prompt_id, to_state FROM transitions ORDER BY seq", row => (Id: Guid.Parse(row.GetString(0)), To: row.GetString(1)))
            .ToLookup(row => row.Id, row => row.To);
        var prompts = Rows(
            connection,
            """
            SELECT id, state, messages, route, reason, answer, (SELECT count(*) FROM inbox WHERE inbox.prompt_id = prompts.id),
              (SELECT min(seq) FROM transitions WHERE transitions.prompt_id = prompts.id AND to_state = 'escalated')
            FROM prompts
            """,
            row => new JournalPrompt(
                device, Guid.Parse(row.GetString(0)), row.GetString(1), LastUserMessage(row.GetString(2)), Text(row, 3), Text(row, 4), Text(row, 5),
                [.. steps[Guid.Parse(row.GetString(0))]], row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7)));
        var outbox = Rows(connection, "SELECT count(*) FROM outbox", row => row.GetInt64(0)).Single();
        return new JournalFile(prompts, outbox, check == "ok" ? null : check);
    }

    /// <summary>What identifies a prompt to the large model, from the JSON of its messages.</summary>
    public static string LastUserMessage(string messages)
    {
        using var document = JsonDocument.Parse(messages);
        return document.RootElement.EnumerateArray().Last(message => message.GetProperty("role").GetString() == "user").GetProperty("content").GetString()!;
    }

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static List<T> Rows<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> map)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }
}
