using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Journal.Recovery;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>Journals of earlier versions.</summary>
public sealed class JournalMigrationTests : IDisposable
{
    private static readonly Guid Accepted = Guid.Parse("019ac000-0000-7000-8000-000000000001");
    private static readonly Guid Escalated = Guid.Parse("019ac000-0000-7000-8000-000000000002");
    private static readonly Guid Answered = Guid.Parse("019ac000-0000-7000-8000-000000000003");

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task EarlierVersion_IsBroughtUpWithAllItHolds(int version)
    {
        Write(version);
        if (version > 1)
        {
            Assert.Empty(JournalCheck.Run(new JournalFiles(_folder.Path)).Damage);
        }

        using (var journal = Open(new JournalOptions()))
        {
            Assert.Equal(Guid.Parse("6f1c62a8-4f60-4a3c-9a7e-27d1c7a3b0de"), journal.Epoch);
            Assert.Equal(PromptState.Accepted, journal.Find(Accepted)!.State);
            Assert.Equal((PromptState.Escalated, "perhaps"), (journal.Find(Escalated)!.State, journal.Find(Escalated)!.Draft));
            Assert.Equal((PromptState.Answered, "three"), (journal.Find(Answered)!.State, journal.Find(Answered)!.Answer));
            Assert.Equal(2, journal.Trace(Answered).Count);
            Assert.Equal(3, journal.ListOf(null, null, 10).Count);
            Assert.Equal(["escalations", "results"], journal.OutboxPending().Select(queue => queue.Queue));
            Assert.Equal(new Cost(0.25m, "USD"), Assert.Single(journal.LateCosts()));
            Assert.Equal(3, journal.Use().Prompts);
            Assert.True(await journal.SettleAsync(journal.Find(Accepted)!, TestJournal.Local()));
        }

        using var raw = TestJournal.Raw(_folder.File(PromptJournal.FileName));
        Assert.Equal(2, Number(raw, "PRAGMA auto_vacuum"));
        Assert.Equal(JournalSchema.Version, Number(raw, "PRAGMA user_version"));
        Assert.Equal(2, Number(raw, "SELECT results FROM tally"));
        Assert.All(Rows(raw, "asked_digest", PromptDigests.Asked, "prompts", "true"), row =>
            Assert.True(RowDigest.Matches(row[0], PromptDigests.Covered(row.AsSpan(1)))));
        Assert.All(
            Rows(raw, "outcome_digest", PromptDigests.Outcome, "prompts", "outcome_digest IS NOT NULL"),
            row => Assert.True(RowDigest.Matches(row[0], row.AsSpan(1))));
        Assert.All(Rows(raw, "digest", OutboxEntry.Digested, "outbox", "true"), row =>
            Assert.True(RowDigest.Matches(row[0], row.AsSpan(1))));
        Assert.Equal(2, Number(raw, "SELECT count(*) FROM prompts WHERE outcome_digest IS NOT NULL"));
        Assert.Equal(1, Number(raw, "SELECT count(*) FROM prompts WHERE draft_digest IS NOT NULL"));
    }

    [Fact]
    public void Version2_Damaged_IsRecoveredToThisVersion()
    {
        Write(2);
        var files = new JournalFiles(_folder.Path);
        using (var file = File.OpenWrite(files.Database))
        {
            // The first page: nothing leads to a table any more.
            file.Write(new byte[4096]);
        }

        var report = new JournalRecovery(files, epoch => new JournalEvents("pump-7", epoch, false), TimeProvider.System).Run()!;

        Assert.Equal((3, 0, 0), (report.Prompts, report.PromptsLost, report.OutcomesLost));
        using var journal = Open(new JournalOptions());
        Assert.Equal((PromptState.Answered, "three", null), (journal.Find(Answered)!.State, journal.Find(Answered)!.Answer, journal.Find(Answered)!.Owner));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EarlierVersion_AfterwardsHasTheRulesOfANewJournal(int version)
    {
        Write(version);
        Open(new JournalOptions()).Dispose();
        using var fresh = new TestJournal();

        using var old = TestJournal.Raw(_folder.File(PromptJournal.FileName));
        using var made = fresh.Raw();

        const string Schema = "SELECT name FROM sqlite_schema ORDER BY name";
        Assert.Equal(made.Query(Schema, row => row.GetString(0)), old.Query(Schema, row => row.GetString(0)));
        Assert.Throws<SqliteException>(() => old.Run("UPDATE prompts SET answer = 'another' WHERE state = 'answered'"));
    }

    public void Dispose() => _folder.Dispose();

    private static List<object?[]> Rows(SqliteConnection connection, string digest, string columns, string table, string where)
    {
        var rows = connection.Query(
            $"SELECT {digest}, {columns} FROM {table} WHERE {where}",
            row =>
            {
                var values = new object[row.FieldCount];
                row.GetValues(values);
                return (object?[])values;
            });
        Assert.NotEmpty(rows);
        return rows;
    }

    private static long Number(SqliteConnection connection, string sql) => connection.Query(sql, row => row.GetInt64(0))[0];

    private PromptJournal Open(JournalOptions options) =>
        PromptJournal.Open(_folder.Path, epoch => new JournalEvents("pump-7", epoch, false), options, TimeProvider.System);

    private void Write(int version)
    {
        using var sql = new StreamReader(typeof(JournalMigrationTests).Assembly.GetManifestResourceStream($"{version}.sql")!);
        using var connection = TestJournal.Raw(_folder.File(PromptJournal.FileName));
        connection.Run(sql.ReadToEnd());
    }
}
