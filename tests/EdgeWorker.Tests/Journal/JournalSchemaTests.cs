using Hybrid.EdgeWorker.Journal;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>The rules SQLite keeps, whoever writes.</summary>
public sealed class JournalSchemaTests : IDisposable
{
    private static readonly string[] States = ["accepted", "escalated", "answered", "failed", "expired"];

    private static readonly HashSet<(string From, string To)> Legal =
    [
        ("accepted", "escalated"), ("accepted", "answered"), ("accepted", "failed"), ("accepted", "expired"),
        ("escalated", "answered"), ("escalated", "failed"), ("escalated", "expired"),
    ];

    private readonly TestJournal _test = new();

    public static TheoryData<string, string> Transitions()
    {
        var rows = new TheoryData<string, string>();
        foreach (var from in States)
        {
            foreach (var to in States)
            {
                rows.Add(from, to);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Transitions))]
    public async Task Transition_BySql_OnlyTheGraph(string from, string to)
    {
        var id = await InStateAsync(from);
        var steps = _test.Count("transitions");

        if (Legal.Contains((from, to)))
        {
            Assert.Equal(1, Move(id, to));
            Assert.Equal(steps + 1, _test.Count("transitions"));
        }
        else
        {
            Assert.Equal(SQLitePCL.raw.SQLITE_CONSTRAINT, Assert.Throws<SqliteException>(() => Move(id, to)).SqliteErrorCode);
            Assert.Equal(from, StateOf(id));
            Assert.Equal(steps, _test.Count("transitions"));
        }
    }

    [Theory]
    [InlineData("UPDATE prompts SET state = 'answered', route = 'cloud', answer = 'x', reason = 'mode' WHERE id = $id")]
    [InlineData("UPDATE prompts SET state = 'answered', route = 'local', answer = NULL, reason = 'mode' WHERE id = $id")]
    [InlineData("UPDATE prompts SET state = 'answered', route = NULL, answer = 'x', reason = 'mode' WHERE id = $id")]
    [InlineData("UPDATE prompts SET state = 'failed', reason = NULL WHERE id = $id")]
    [InlineData("UPDATE prompts SET state = 'sleeping' WHERE id = $id")]
    [InlineData("UPDATE prompts SET state = NULL WHERE id = $id")]
    [InlineData("UPDATE prompts SET messages = '[]' WHERE id = $id")]
    [InlineData("UPDATE prompts SET id = 'another' WHERE id = $id")]
    [InlineData("UPDATE prompts SET owner = 'another' WHERE id = $id")]
    [InlineData("DELETE FROM prompts WHERE id = $id")]
    [InlineData("DELETE FROM transitions WHERE prompt_id = $id")]
    [InlineData("UPDATE transitions SET at = 0 WHERE prompt_id = $id")]
    public async Task Accepted_BadChange_IsRefused(string sql)
    {
        var id = await InStateAsync("accepted");

        Assert.Throws<SqliteException>(() => _test.Run(sql, ("$id", id)));

        Assert.Equal("accepted", StateOf(id));
        Assert.Equal(1, _test.Count("transitions"));
    }

    [Theory]
    [InlineData("UPDATE prompts SET answer = 'another' WHERE id = $id")]
    [InlineData("UPDATE prompts SET cost = '0' WHERE id = $id")]
    [InlineData("UPDATE prompts SET deadline = 0 WHERE id = $id")]
    [InlineData("DELETE FROM prompts WHERE id = $id")]
    [InlineData("DELETE FROM prompts")]
    [InlineData("UPDATE OR REPLACE prompts SET state = 'accepted' WHERE id = $id")]
    [InlineData("UPDATE OR IGNORE prompts SET state = 'accepted' WHERE id = $id")]
    public async Task Final_AnyChange_IsRefused(string sql)
    {
        var id = await InStateAsync("answered");

        Assert.Throws<SqliteException>(() => _test.Run(sql, ("$id", id)));

        Assert.Equal("answered", StateOf(id));
    }

    [Theory]
    [InlineData("PRAGMA foreign_keys = ON")]
    [InlineData("PRAGMA foreign_keys = OFF")]
    public async Task Final_Replaced_IsRefused(string pragma)
    {
        var id = await InStateAsync("answered");
        var open = await InStateAsync("accepted");
        using var raw = _test.Raw();
        raw.Run(pragma);

        Assert.Throws<SqliteException>(() => raw.Run(
            "INSERT OR REPLACE INTO prompts (id, state, kind, accepted_at, deadline, messages, model, wait_offline, changed_at) "
            + "SELECT id, 'accepted', kind, accepted_at, deadline, messages, model, wait_offline, changed_at FROM prompts WHERE id = $id",
            ("$id", id)));
        Assert.Throws<SqliteException>(
            () => raw.Run("UPDATE OR REPLACE prompts SET id = $id WHERE id = $open", ("$id", id), ("$open", open)));

        Assert.Equal("answered", StateOf(id));
        Assert.Equal("accepted", StateOf(open));
    }

    [Fact]
    public async Task Final_ReplacedByItsIdempotencyKey_IsRefused()
    {
        var accepted = await _test.Journal.AcceptAsync(_test.New(key: new IdempotencyKey("http", "k", [1])));
        Move(accepted.Id, "answered");
        using var raw = _test.Raw();
        raw.Run("PRAGMA foreign_keys = OFF");

        Assert.Throws<SqliteException>(() => raw.Run(
            "INSERT OR REPLACE INTO prompts (id, state, kind, accepted_at, deadline, messages, model, wait_offline, changed_at, "
            + "idempotency_scope, idempotency_key) VALUES ('x', 'accepted', 'batch', 0, 0, '[]', 'hybrid', 0, 0, 'http', 'k')"));

        Assert.Equal("answered", StateOf(accepted.Id));
    }

    [Theory]
    [InlineData("escalated")]
    [InlineData("answered")]
    [InlineData("failed")]
    [InlineData("expired")]
    public void Insert_NotAccepted_IsRefused(string state)
    {
        Assert.Throws<SqliteException>(() => _test.Run(
            "INSERT INTO prompts (id, state, kind, accepted_at, deadline, messages, model, wait_offline, changed_at) "
            + "VALUES ('x', $state, 'batch', 0, 0, '[]', 'hybrid', 0, 0)",
            ("$state", state)));

        Assert.Equal(0, _test.Count("prompts"));
    }

    public void Dispose() => _test.Dispose();

    private async Task<Guid> InStateAsync(string state)
    {
        var accepted = await _test.Journal.AcceptAsync(_test.New());
        if (state != "accepted")
        {
            Move(accepted.Id, state);
        }

        return accepted.Id;
    }

    private int Move(Guid id, string to) => _test.Run(
        "UPDATE prompts SET state = $to, route = 'local', reason = 'mode', answer = 'x' WHERE id = $id", ("$to", to), ("$id", id));

    private string StateOf(Guid id)
    {
        using var raw = _test.Raw();
        return raw.Query("SELECT state FROM prompts WHERE id = $id", row => row.GetString(0), ("$id", id))[0];
    }
}
