using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>A journal that is full: nothing new comes in, and everything that is in goes its way.</summary>
public sealed class JournalLimitTests : IDisposable
{
    private readonly TestJournal _test = new();

    [Fact]
    public async Task Accept_MaxPromptsReached_IsRefusedWithWhatToDo()
    {
        _test.Options.MaxPrompts = 2;
        var key = new IdempotencyKey("http", "k", [1]);
        var first = await _test.Journal.AcceptAsync(_test.New(key: key));
        var second = await _test.AcceptAsync();

        var refused = await _test.Journal.AcceptAsync(_test.New());

        Assert.Equal(AcceptanceKind.Full, refused.Kind);
        Assert.Contains("Journal:MaxPrompts is 2", refused.Refusal, StringComparison.Ordinal);
        Assert.Contains("Journal:KeepSettled", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(2, _test.Count("prompts"));
        Assert.Equal(new Acceptance(first.Id, AcceptanceKind.Known), await _test.Journal.AcceptAsync(_test.New(key: key)));

        // What is open is worked on.
        Assert.True(await _test.Journal.EscalateAsync(second, TestJournal.Step()));
        Assert.Equal(CloudVerdict.Applied, await _test.SettleFromCloudAsync("e", _test.Answer(second.Id)));
        Assert.True(await _test.Journal.SettleAsync(_test.Journal.Find(first.Id)!, TestJournal.Local()));
        await _test.Journal.RemoveFromOutboxAsync([_test.Journal.NextToSend("results", 1)[0].Sequence], sent: true);
    }

    [Fact]
    public async Task Accept_MaxBytesReached_IsRefusedButSettlingGoesOn()
    {
        _test.Options.MaxBytes = 1 << 20;
        var accepted = new List<Guid>();
        Acceptance last;
        while ((last = await _test.Journal.AcceptAsync(Large(16_000))).Kind == AcceptanceKind.New)
        {
            accepted.Add(last.Id);
            Assert.True(accepted.Count < 100, "It never filled up.");
        }

        Assert.Contains("Journal:MaxBytes is 1048576", last.Refusal, StringComparison.Ordinal);
        Assert.InRange(accepted.Count, 30, 70);
        Assert.InRange(_test.Journal.Use().Bytes, (1 << 20) - 40_000, 1 << 20);
        foreach (var id in accepted)
        {
            Assert.True(await _test.Journal.SettleAsync(_test.Journal.Find(id)!, TestJournal.Local(new string('y', 16_000))));
        }

        Assert.True(_test.Journal.Use().Bytes > 1 << 20);
        Assert.Equal(AcceptanceKind.Full, (await _test.Journal.AcceptAsync(_test.New())).Kind);
    }

    [Fact]
    public async Task Accept_ManyAtOnce_NeverMoreThanTheLimit()
    {
        _test.Options.MaxPrompts = 50;

        var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _test.Journal.AcceptAsync(_test.New())));

        Assert.Equal(50, all.Count(accepted => accepted.Kind == AcceptanceKind.New));
        Assert.Equal(150, all.Count(accepted => accepted.Kind == AcceptanceKind.Full));
        Assert.Equal((50, 50), (_test.Count("prompts"), _test.Journal.Use().Prompts));
    }

    [Fact]
    public async Task Results_MoreThanAllowed_TheOldestGoAndEscalationsStay()
    {
        _test.Options.MaxResults = 3;
        for (var number = 0; number < 5; number++)
        {
            await _test.EscalateAsync();
        }

        var settled = new List<Guid>();
        foreach (var kind in new[] { PromptKind.Interactive, PromptKind.Batch, PromptKind.Interactive, PromptKind.Batch, PromptKind.Batch })
        {
            var prompt = await _test.AcceptAsync(kind);
            settled.Add(prompt.Id);
            Assert.True(await _test.Journal.SettleAsync(prompt, TestJournal.Local()));
        }

        Assert.Equal(
            settled.Skip(2).Order(),
            _test.Journal.NextToSend("results", 10).Select(entry => entry.PromptId).Order());
        Assert.Equal(5, _test.Journal.NextToSend("escalations", 10).Count);
        Assert.Equal(2, _test.Journal.Counters()[Counter.DroppedResults]);
        Assert.All(settled, id => Assert.Equal(PromptState.Answered, _test.Journal.Find(id)!.State));
    }

    [Fact]
    public async Task Results_LimitLowered_TheExcessGoesWithTheNextOne()
    {
        for (var number = 0; number < 10; number++)
        {
            await _test.Journal.SettleAsync(await _test.AcceptAsync(), TestJournal.Local());
        }

        _test.Options.MaxResults = 2;
        await _test.Journal.SettleAsync(await _test.AcceptAsync(), TestJournal.Local());

        Assert.Equal(2, _test.Journal.NextToSend("results", 20).Count);
        Assert.Equal(9, _test.Journal.Counters()[Counter.DroppedResults]);
    }

    public void Dispose() => _test.Dispose();

    private NewPrompt Large(int characters) =>
        _test.New() with { Messages = [new PromptMessage(MessageRole.User, new string('x', characters))] };
}
