using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>A journal in a folder of its own, with a clock that stands still.</summary>
internal sealed class TestJournal : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestJournal(string device = "pump-7", FakeTimeProvider? time = null)
    {
        Device = device;
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 30, 0, TimeSpan.Zero));
        Journal = Open();
    }

    public string Device { get; }

    public JournalOptions Options { get; } = new() { IdlePoll = TimeSpan.FromMilliseconds(10) };

    public FakeTimeProvider Time { get; }

    public PromptJournal Journal { get; private set; }

    public string Folder => _folder.Path;

    public string Path => _folder.File(PromptJournal.FileName);

    /// <summary>Closes it and opens it again, as a restart does.</summary>
    public void Reopen()
    {
        Journal.Dispose();
        Journal = Open();
    }

    /// <summary>A second connection, as any other program has one.</summary>
    public SqliteConnection Raw() => Raw(Path);

    public static SqliteConnection Raw(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>One statement of another program.</summary>
    public int Run(string sql, params (string Name, object? Value)[] parameters)
    {
        using var connection = Raw();
        return connection.Run(sql, parameters);
    }

    public long Count(string table)
    {
        using var connection = Raw();
        return connection.Query($"SELECT count(*) FROM {table}", row => row.GetInt64(0))[0];
    }

    public NewPrompt New(PromptKind kind = PromptKind.Batch, IdempotencyKey? key = null, TimeSpan? deadline = null) => new()
    {
        Id = Guid.CreateVersion7(Time.GetUtcNow()),
        Kind = kind,
        AcceptedAt = Time.GetUtcNow(),
        Deadline = Time.GetUtcNow() + (deadline ?? TimeSpan.FromHours(1)),
        Messages = [new PromptMessage(MessageRole.User, "Which pump?")],
        Options = new PromptOptions(MaxTokens: 9, Stop: ["!"]),
        Model = "hybrid",
        Idempotency = key,
    };

    public async Task<PromptRecord> AcceptAsync(PromptKind kind = PromptKind.Batch, TimeSpan? deadline = null)
    {
        var accepted = await Journal.AcceptAsync(New(kind, deadline: deadline));
        return Journal.Find(accepted.Id)!;
    }

    public async Task<PromptRecord> EscalateAsync(
        PromptKind kind = PromptKind.Batch, string? draft = "a draft", TimeSpan? deadline = null, DateTimeOffset? fallbackAt = null)
    {
        var prompt = await AcceptAsync(kind, deadline);
        Assert.True(await Journal.EscalateAsync(prompt, Step(draft, fallbackAt)));
        return Journal.Find(prompt.Id)!;
    }

    public static EscalationStep Step(string? draft = "a draft", DateTimeOffset? fallbackAt = null) =>
        new(ReasonCode.Unsure, "confidence 0.1", 0.1, draft, draft is null ? null : "small", fallbackAt);

    public static Settlement Local(string text = "pump 7") => new()
    {
        State = PromptState.Answered,
        Route = PromptRoute.Local,
        Reason = ReasonCode.Mode,
        Answer = text,
        Model = "small",
    };

    public AnswerData Answer(Guid prompt, CloudOutcome outcome = CloudOutcome.Answered, decimal? cost = null) => new(
        prompt, Device, Journal.Epoch, outcome, outcome == CloudOutcome.Answered ? "from the cloud" : null, "large", new TokenUsage(7, 3),
        cost is { } amount ? new Cost(amount, "USD") : null, "stop");

    /// <summary>An answer as the inbox applies one.</summary>
    public Task<CloudVerdict> SettleFromCloudAsync(string eventId, AnswerData answer) =>
        Journal.SettleFromCloudAsync(eventId, answer, _ => new Settlement
        {
            State = PromptState.Answered,
            Route = PromptRoute.Cloud,
            Reason = ReasonCode.Unsure,
            Answer = answer.Text,
            Model = answer.Model,
            Cost = answer.Cost,
        });

    public void Dispose()
    {
        Journal.Dispose();
        _folder.Dispose();
    }

    private PromptJournal Open() =>
        PromptJournal.Open(Folder, epoch => new JournalEvents(Device, epoch, publishText: false), Options, Time);
}
