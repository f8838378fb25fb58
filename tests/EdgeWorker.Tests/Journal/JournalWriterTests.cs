using Hybrid.EdgeWorker.Journal;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>The one writer: many writes in one transaction, each with its own fate.</summary>
public sealed class JournalWriterTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteConnection _connection;

    public JournalWriterTests()
    {
        _connection = TestJournal.Raw(_folder.File("t.db"));
        _connection.Run("PRAGMA journal_mode = WAL");
        _connection.Run("CREATE TABLE t (value TEXT NOT NULL UNIQUE) STRICT");
    }

    [Fact]
    public async Task Write_ManyAtOnce_ShareACommitAndOneFailureHurtsNobodyElse()
    {
        var commits = 0;
        SQLitePCL.raw.sqlite3_commit_hook(_connection.Handle, _ => Interlocked.Increment(ref commits) * 0, null);
        using var writer = new JournalWriter(_connection);
        using var gate = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        var first = writer.WriteAsync(connection =>
        {
            began.Set();
            gate.Wait(Limit);
            return connection.Run("INSERT INTO t VALUES ('first')");
        });
        Assert.True(began.Wait(Limit, TestContext.Current.CancellationToken));
        var good = Enumerable.Range(0, 50).Select(number => writer.WriteAsync(connection => connection.Run($"INSERT INTO t VALUES ('{number}')"))).ToList();
        var twice = writer.WriteAsync(connection => connection.Run("INSERT INTO t VALUES ('half')") + connection.Run("INSERT INTO t VALUES ('first')"));
        var thrown = writer.WriteAsync<int>(_ => throw new InvalidOperationException("a bug"));
        var last = writer.WriteAsync(connection => connection.Run("INSERT INTO t VALUES ('last')"));

        gate.Set();
        await Task.WhenAll([first, .. good, last]).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<JournalException>(() => twice);
        await Assert.ThrowsAsync<InvalidOperationException>(() => thrown);
        Assert.Equal(52, Rows("value <> 'half'"));
        Assert.Equal(0, Rows("value = 'half'"));
        Assert.Equal(2, commits);
    }

    [Fact]
    public async Task Write_DiskFull_SaysSoAndWorksAgainWhenThereIsRoom()
    {
        var pages = _connection.Query("PRAGMA page_count", row => row.GetInt64(0))[0];
        _connection.Run($"PRAGMA max_page_count = {pages + 2}");
        using var writer = new JournalWriter(_connection);
        await writer.WriteAsync(connection => connection.Run("INSERT INTO t VALUES ('small')"));

        var exception = await Assert.ThrowsAsync<JournalException>(
            () => writer.WriteAsync(connection => connection.Run("INSERT INTO t VALUES ($large)", ("$large", new string('x', 100_000)))));
        await writer.WriteAsync(connection => connection.Run("PRAGMA max_page_count = 100000"));
        await writer.WriteAsync(connection => connection.Run("INSERT INTO t VALUES ($large)", ("$large", new string('x', 100_000))));

        Assert.Contains("disk is full", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, Rows("true"));
    }

    [Fact]
    public async Task Dispose_WorkWaits_IsDoneFirst()
    {
        var writer = new JournalWriter(_connection);
        var writes = Enumerable.Range(0, 20).Select(number => writer.WriteAsync(connection => connection.Run($"INSERT INTO t VALUES ('{number}')"))).ToList();

        writer.Dispose();

        await Task.WhenAll(writes).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(20, Rows("true"));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _folder.Dispose();
    }

    private long Rows(string where)
    {
        using var raw = TestJournal.Raw(_folder.File("t.db"));
        return raw.Query($"SELECT count(*) FROM t WHERE {where}", row => row.GetInt64(0))[0];
    }
}
