using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>What is old goes, and the space with it.</summary>
public sealed class JournalSweepTests : IDisposable
{
    private readonly TestJournal _test = new();
    private readonly CapturedLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sweep_OldAndNew_OnlyTheOldGoesWithTraceAndKey()
    {
        var key = new IdempotencyKey("http", "k", [1]);
        var old = (await _test.Journal.AcceptAsync(_test.New(key: key))).Id;
        await SettleAsync(old);
        _test.Time.Advance(TimeSpan.FromDays(20));
        var young = (await _test.AcceptAsync()).Id;
        await SettleAsync(young);
        var open = await _test.AcceptAsync(deadline: TimeSpan.FromDays(30));
        _test.Time.Advance(TimeSpan.FromDays(11));

        await SweepAsync();

        Assert.Null(_test.Journal.Find(old));
        Assert.Empty(_test.Journal.Trace(old));
        Assert.NotNull(_test.Journal.Find(young));
        Assert.NotNull(_test.Journal.Find(open.Id));
        Assert.Equal(1, _test.Journal.Counters()[Counter.Pruned]);
        Assert.Equal(AcceptanceKind.New, (await _test.Journal.AcceptAsync(_test.New(key: key))).Kind);
        Assert.Equal((0, 3), (_test.Count("pruning"), _test.Journal.Use().Prompts));
    }

    [Fact]
    public async Task Sweep_ResultNotSent_PromptStays()
    {
        var prompt = await _test.AcceptAsync();
        await _test.Journal.SettleAsync(prompt, TestJournal.Local());
        _test.Time.Advance(TimeSpan.FromDays(31));

        await SweepAsync();
        Assert.NotNull(_test.Journal.Find(prompt.Id));

        await SendAllAsync();
        await SweepAsync();
        Assert.Null(_test.Journal.Find(prompt.Id));
    }

    [Fact]
    public async Task Sweep_PromptWithARetry_GoesAfterTheRetry()
    {
        var first = (await _test.AcceptAsync()).Id;
        await SettleAsync(first);
        var retry = (await _test.Journal.AcceptAsync(_test.New() with { RetryOf = first })).Id;
        _test.Time.Advance(TimeSpan.FromDays(31));
        await SweepAsync();
        Assert.NotNull(_test.Journal.Find(first));

        await SettleAsync(retry);
        _test.Time.Advance(TimeSpan.FromDays(31));
        await SweepAsync();
        await SweepAsync();

        Assert.Equal(0, _test.Count("prompts"));
    }

    [Fact]
    public async Task Sweep_AnswerStillOut_IsKnownWhenItComesAndForgottenLater()
    {
        var late = await _test.EscalateAsync();
        await SettleAsync(late.Id);
        _test.Time.Advance(TimeSpan.FromDays(31));
        await SweepAsync();
        Assert.NotNull(_test.Journal.Find(late.Id));

        Assert.Equal(CloudVerdict.Late, await _test.SettleFromCloudAsync("e1", _test.Answer(late.Id, cost: 0.5m)));
        await SweepAsync();

        // The prompt is gone; its answer, and the same answer in another event, are still known.
        Assert.Null(_test.Journal.Find(late.Id));
        Assert.Equal(CloudVerdict.Duplicate, await _test.SettleFromCloudAsync("e1", _test.Answer(late.Id, cost: 0.5m)));
        Assert.Equal(CloudVerdict.Late, await _test.SettleFromCloudAsync("e2", _test.Answer(late.Id, cost: 0.5m)));
        _test.Time.Advance(TimeSpan.FromDays(38));
        await SweepAsync();

        Assert.Equal(0, _test.Count("inbox"));
        Assert.Equal(1m, Assert.Single(_test.Journal.LateCosts()).Amount);
        Assert.Equal(CloudVerdict.Late, await _test.SettleFromCloudAsync("e3", _test.Answer(late.Id, cost: 0.5m)));
        Assert.Equal(1.5m, Assert.Single(_test.Journal.LateCosts()).Amount);
    }

    [Fact]
    public async Task Sweep_AnswerNeverCame_PromptGoesInTheEnd()
    {
        var prompt = await _test.EscalateAsync();
        await SettleAsync(prompt.Id);
        _test.Time.Advance(Pruning.AnswerLife + TimeSpan.FromDays(1));

        await SweepAsync();

        Assert.Null(_test.Journal.Find(prompt.Id));
        var unknown = Guid.CreateVersion7(_test.Time.GetUtcNow());
        Assert.Equal(CloudVerdict.Unknown, await _test.SettleFromCloudAsync("e", _test.Answer(unknown)));
    }

    [Fact]
    public async Task Sweep_ManyPrompts_TheFileShrinksAndWhatStaysIsWhole()
    {
        var large = new string('x', 20_000);
        for (var number = 0; number < 200; number++)
        {
            var id = (await _test.Journal.AcceptAsync(_test.New() with { Messages = [new PromptMessage(MessageRole.User, large)] })).Id;
            await SettleAsync(id, large);
        }

        _test.Time.Advance(TimeSpan.FromDays(31));
        var kept = await _test.AcceptAsync(deadline: TimeSpan.FromDays(1));
        _test.Journal.Checkpoint();
        var before = new FileInfo(_test.Path).Length;
        Assert.True(before > 8_000_000);

        await SweepAsync();

        var after = new FileInfo(_test.Path).Length;
        Assert.True(after < 200_000, $"{before} bytes became {after}.");
        Assert.Equal(0, new FileInfo(_test.Path + "-wal").Length);
        Assert.NotNull(_test.Journal.Find(kept.Id));
        using var raw = _test.Raw();
        Assert.Equal("ok", raw.Query("PRAGMA integrity_check", row => row.GetString(0))[0]);
    }

    [Fact]
    public async Task Sweep_JournalWasFull_AcceptsAgain()
    {
        _test.Options.MaxPrompts = 3;
        for (var number = 0; number < 3; number++)
        {
            await SettleAsync((await _test.AcceptAsync()).Id);
        }

        Assert.Equal(AcceptanceKind.Full, (await _test.Journal.AcceptAsync(_test.New())).Kind);
        _test.Time.Advance(TimeSpan.FromDays(31));
        await SweepAsync();

        Assert.Equal(AcceptanceKind.New, (await _test.Journal.AcceptAsync(_test.New())).Kind);
    }

    [Fact]
    public async Task Loop_JournalInTrouble_GoesOnAtTheNextRound()
    {
        await SettleAsync((await _test.AcceptAsync()).Id);
        _test.Time.Advance(TimeSpan.FromDays(31));
        _test.Run("CREATE TRIGGER broken BEFORE DELETE ON transitions BEGIN SELECT RAISE(ABORT, 'no room'); END");
        using var sweep = New();
        await sweep.StartAsync(Token);
        await _log.SawAsync(4202);

        _test.Run("DROP TRIGGER broken");
        await _test.Time.RunUntilAsync(_log.SawAsync(4201), TimeSpan.FromMinutes(1));

        Assert.Equal(0, _test.Count("prompts"));
        await sweep.StopAsync(Token);
    }

    public void Dispose() => _test.Dispose();

    private JournalSweep New() =>
        new(_test.Journal, _test.Options, _test.Time, new LoggerFactory([_log]).CreateLogger<JournalSweep>());

    private async Task SweepAsync()
    {
        using var sweep = New();
        await sweep.SweepAsync(Token);
    }

    /// <summary>Settles a prompt and sends its result.</summary>
    private async Task SettleAsync(Guid id, string text = "pump 7")
    {
        Assert.True(await _test.Journal.SettleAsync(_test.Journal.Find(id)!, TestJournal.Local(text)));
        await SendAllAsync();
    }

    private Task SendAllAsync() =>
        _test.Journal.RemoveFromOutboxAsync([.. _test.Journal.NextToSend("results", 1000).Select(entry => entry.Sequence)], sent: true);
}
