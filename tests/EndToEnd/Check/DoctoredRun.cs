using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Hybrid.EndToEnd.Check;

/// <summary>
/// The folder of a run that went well: a local and a cloud prompt of a device, a prompt over HTTP. Tests break it. Its journal has the columns
/// the checker reads and none of the triggers that would refuse what the tests do to it.
/// </summary>
internal sealed class DoctoredRun : IDisposable
{
    public static readonly Guid Local = Guid.Parse("019a0000-0000-7000-8000-000000000001");
    public static readonly Guid Cloud = Guid.Parse("019a0000-0000-7000-8000-000000000002");
    public static readonly Guid Direct = Guid.Parse("019a0000-0000-7000-8000-000000000003");

    private const string Schema = """
        CREATE TABLE prompts (id TEXT, state TEXT, messages TEXT, route TEXT, reason TEXT, answer TEXT);
        CREATE TABLE transitions (seq INTEGER PRIMARY KEY, prompt_id TEXT, to_state TEXT);
        CREATE TABLE inbox (event_id TEXT, prompt_id TEXT);
        CREATE TABLE outbox (seq INTEGER PRIMARY KEY, queue TEXT);
        """;

    public DoctoredRun()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "device"));
        Sql(Schema);
        AddPrompt(Local, "local", "mode", "A local question?", "A local answer.", "accepted", "answered");
        AddPrompt(Cloud, "cloud", "unsure", "A hard question?", "A cloud answer.", "accepted", "escalated", "answered");
        Sql($"INSERT INTO inbox VALUES ('answer-2', '{Cloud}')");
        Queues = [new StoredQueue("escalations", 0), new StoredQueue("answers-device", 0), new StoredQueue("escalations-rejected", 0)];
        Blobs =
        [
            Outcome("device", Cloud, "A cloud answer."), Outcome("direct", Direct, "A direct answer."), new StoredBlob("accepted", $"direct/{Direct}", null),
            Result(Local, "answered"), Result(Cloud, "answered"),
        ];
        Calls = [new ModelCall(1, "A hard question?", true), new ModelCall(2, "A direct question?", true)];
        Notes =
        [
            new CallerNote(CallerNoteKind.Accepted, Local), new CallerNote(CallerNoteKind.Told, Local, State: "answered", Answer: "A local answer."),
            new CallerNote(CallerNoteKind.Accepted, Cloud), new CallerNote(CallerNoteKind.Told, Cloud, State: "answered", Answer: "A cloud answer."),
            new CallerNote(CallerNoteKind.Asked, Text: "A direct question?", Direct: true), new CallerNote(CallerNoteKind.Accepted, Direct, Direct: true),
        ];
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("hybrid-doctored-").FullName;

    public List<StoredQueue> Queues { get; }

    public List<StoredBlob> Blobs { get; }

    public List<ModelCall> Calls { get; }

    public List<CallerNote> Notes { get; }

    public Allowance Allowed { get; set; } = new();

    public static StoredBlob Outcome(string device, Guid id, string text) =>
        new("answers", $"{device}/{id}.json", JsonSerializer.Serialize(new { promptId = id, outcome = "answered", text }));

    public static StoredBlob Result(Guid id, string state) =>
        new("results", $"2026/01/01/device/{id}.json", JsonSerializer.Serialize(new { data = new { state } }));

    public void AddPrompt(Guid id, string route, string reason, string text, string answer, params string[] steps)
    {
        var messages = JsonSerializer.Serialize(new[] { new { role = "user", content = text } });
        Sql($"INSERT INTO prompts VALUES ('{id}', '{steps[^1]}', '{messages}', '{route}', '{reason}', '{answer}')");
        foreach (var step in steps)
        {
            Sql($"INSERT INTO transitions (prompt_id, to_state) VALUES ('{id}', '{step}')");
        }
    }

    /// <summary>Changes the journal behind everybody's back.</summary>
    public void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "device", RunFolder.Journal)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The codes of what the checker finds, each once.</summary>
    public IReadOnlyList<string> Judge()
    {
        CheckFiles.Write(Path.Combine(Folder, RunFolder.Storage), new StorageSnapshot(Queues, Blobs));
        CheckFiles.WriteLines(Path.Combine(Folder, RunFolder.Calls), Calls);
        CheckFiles.WriteLines(Path.Combine(Folder, RunFolder.Callers), Notes);
        CheckFiles.Write(Path.Combine(Folder, RunFolder.Allowed), Allowed);
        return [.. DurabilityCheck.Run(Folder).Findings.Select(finding => finding.Code).Distinct()];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
