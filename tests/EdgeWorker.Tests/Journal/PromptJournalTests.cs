using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Journal.Recovery;
using Hybrid.Messaging;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>What the journal keeps, and that it keeps it.</summary>
public sealed class PromptJournalTests : IDisposable
{
    private readonly TestJournal _test = new();

    private PromptJournal Journal => _test.Journal;

    [Fact]
    public async Task Accept_Reopened_EverythingIsThere()
    {
        var prompt = _test.New(PromptKind.Interactive) with
        {
            Task = "chore",
            WaitOffline = true,
            TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        };
        await Journal.AcceptAsync(prompt);
        var epoch = Journal.Epoch;

        _test.Reopen();

        var found = Journal.Find(prompt.Id)!;
        Assert.Equal(epoch, Journal.Epoch);
        Assert.Equal(
            (PromptState.Accepted, PromptKind.Interactive, prompt.AcceptedAt, prompt.Deadline, "hybrid", "chore", true, prompt.TraceParent),
            (found.State, found.Kind, found.AcceptedAt, found.Deadline, found.Model, found.Task, found.WaitOffline, found.TraceParent));
        Assert.Equal(prompt.Messages, found.Messages);
        Assert.Equal((9, "!"), (found.Options!.MaxTokens, Assert.Single(found.Options.Stop!)));
        Assert.Equal([found.Id], Journal.Unfinished().Select(open => open.Id));
    }

    [Fact]
    public async Task Texts_WithWhatSqliteCannotGiveBack_AreReadAsTheyWereRecorded()
    {
        var prompt = await _test.EscalateAsync(draft: "a\0draft");
        Assert.Equal("a\uFFFDdraft", Journal.Find(prompt.Id)!.Draft);

        await Journal.SettleAsync(prompt, TestJournal.Local("pump\0 7 \ud800!") with { Detail = "\0" });
        _test.Reopen();

        Assert.Equal(("pump\uFFFD 7 \uFFFD!", "\uFFFD"), (Journal.Find(prompt.Id)!.Answer, Journal.Find(prompt.Id)!.Detail));
        Assert.Equal("\uFFFD", Journal.Trace(prompt.Id)[^1].Detail);
        Journal.Dispose();
        Assert.Empty(JournalCheck.Run(new JournalFiles(_test.Folder)).Damage);
    }

    [Fact]
    public async Task Accept_SameKey_KnownOrConflict()
    {
        var first = await Journal.AcceptAsync(_test.New(key: new IdempotencyKey("http", "k", [1])));

        var again = await Journal.AcceptAsync(_test.New(key: new IdempotencyKey("http", "k", [1])));
        var other = await Journal.AcceptAsync(_test.New(key: new IdempotencyKey("http", "k", [2])));
        var stranger = await Journal.AcceptAsync(_test.New(key: new IdempotencyKey("someone", "k", [2])));

        Assert.Equal(new Acceptance(first.Id, AcceptanceKind.Known), again);
        Assert.Equal(new Acceptance(first.Id, AcceptanceKind.Conflict), other);
        Assert.Equal(AcceptanceKind.New, stranger.Kind);
        Assert.Equal(2, _test.Count("prompts"));
    }

    [Fact]
    public async Task Accept_SameKeyManyTimesAtOnce_OnePrompt()
    {
        var acceptances = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(_ => Task.Run(() => Journal.AcceptAsync(_test.New(key: new IdempotencyKey("http", "k", [1])))))).WaitAsync(
                TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Single(acceptances, acceptance => acceptance.Kind == AcceptanceKind.New);
        Assert.Single(acceptances.Select(acceptance => acceptance.Id).Distinct());
        Assert.Equal(1, _test.Count("prompts"));
    }

    [Fact]
    public async Task Escalate_OutboxCannotBeWritten_StateIsAsBefore()
    {
        var prompt = await _test.AcceptAsync();
        _test.Run("CREATE TRIGGER broken BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no room'); END");

        await Assert.ThrowsAsync<JournalException>(() => Journal.EscalateAsync(prompt, TestJournal.Step()));
        await Assert.ThrowsAsync<JournalException>(() => Journal.SettleAsync(prompt, TestJournal.Local()));

        Assert.Equal(PromptState.Accepted, Journal.Find(prompt.Id)!.State);
        Assert.Single(Journal.Trace(prompt.Id));
        Assert.Equal(0, _test.Count("outbox"));
    }

    [Fact]
    public async Task Escalate_Accepted_StateDraftAndEventTogether()
    {
        var prompt = await _test.EscalateAsync();

        var entry = Assert.Single(Journal.NextToSend("escalations", 10));
        var envelope = EventFormat.ReadEnvelope(entry.Body);
        var data = EventFormat.ReadData<EscalationData>(envelope, EventTypes.Escalation, claim: null);
        Assert.Equal(
            (PromptState.Escalated, PromptRoute.Cloud, "a draft", "small"), (prompt.State, prompt.Route, prompt.Draft, prompt.DraftModel));
        Assert.Equal((entry.EventId, prompt.Id, prompt.Deadline), (envelope.Id, entry.PromptId, entry.ExpiresAt));
        Assert.Equal((_test.Device, Journal.Epoch, "a draft", 0.1), (data.DeviceId, data.JournalEpoch, data.Draft, data.Confidence));
        Assert.False(await Journal.EscalateAsync(prompt, TestJournal.Step()));
        Assert.Single(Journal.NextToSend("escalations", 10));
    }

    [Fact]
    public async Task Settle_EscalationNotSentYet_IsNotSentAnyMore()
    {
        var prompt = await _test.EscalateAsync();

        Assert.True(await Journal.SettleAsync(prompt, TestJournal.Local()));

        Assert.Empty(Journal.NextToSend("escalations", 10));
        var result = EventFormat.ReadEnvelope(Assert.Single(Journal.NextToSend("results", 10)).Body);
        var data = EventFormat.ReadData<ResultData>(result, EventTypes.Result, claim: null);
        Assert.Equal((PromptState.Answered, PromptRoute.Local, null), (data.State, data.Route, data.Text));
    }

    [Fact]
    public async Task Settle_Twice_FirstStands()
    {
        var prompt = await _test.AcceptAsync();

        var settled = await Task.WhenAll(
            Journal.SettleAsync(prompt, TestJournal.Local("one")),
            Journal.SettleAsync(prompt, Settlement.Failed(ReasonCode.Cancelled, "gone")));

        Assert.Equal([true, false], settled);
        Assert.Equal("one", Journal.Find(prompt.Id)!.Answer);
        Assert.Equal([PromptState.Accepted, PromptState.Answered], Journal.Trace(prompt.Id).Select(step => step.To));
        Assert.Single(Journal.NextToSend("results", 10));
    }

    [Fact]
    public async Task Settle_SomebodyWaits_IsWoken()
    {
        var prompt = await _test.AcceptAsync();
        var waiting = Journal.Settled.Of(prompt.Id);

        await Journal.SettleAsync(prompt, TestJournal.Local());

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Outbox_Order_PriorityThenSequence()
    {
        var batch1 = await _test.EscalateAsync();
        var batch2 = await _test.EscalateAsync();
        var interactive1 = await _test.EscalateAsync(PromptKind.Interactive);
        var interactive2 = await _test.EscalateAsync(PromptKind.Interactive);

        var all = Journal.NextToSend("escalations", 10);

        Assert.Equal([interactive1.Id, interactive2.Id, batch1.Id, batch2.Id], all.Select(entry => entry.PromptId));
        Assert.Equal(all.Take(2).Select(entry => entry.EventId), Journal.NextToSend("escalations", 2).Select(entry => entry.EventId));
    }

    [Fact]
    public async Task Outbox_SendFails_AttemptsAndErrorAreKept()
    {
        await _test.EscalateAsync();
        var entry = Assert.Single(Journal.NextToSend("escalations", 10));

        await Journal.NoteSendFailureAsync(entry.Sequence, "no route to host");
        await Journal.NoteSendFailureAsync(entry.Sequence, "timed out");

        var summary = Assert.Single(Journal.OutboxPending());
        Assert.Equal(("escalations", 1, 2, "timed out"), (summary.Queue, summary.Pending, summary.MostAttempts, summary.LastError));
        Assert.Equal(_test.Time.GetUtcNow(), summary.Oldest);
        await Journal.RemoveFromOutboxAsync([entry.Sequence], sent: true);
        Assert.Empty(Journal.OutboxPending());
        Assert.DoesNotContain(Counter.Unsent, Journal.Counters().Keys);
    }

    [Fact]
    public async Task CloudAnswer_Escalated_AppliedOnce()
    {
        var prompt = await _test.EscalateAsync();

        var verdicts = new[]
        {
            await _test.SettleFromCloudAsync("e-1", _test.Answer(prompt.Id, cost: 0.25m)),
            await _test.SettleFromCloudAsync("e-1", _test.Answer(prompt.Id, cost: 0.25m)),
            await _test.SettleFromCloudAsync("e-1", _test.Answer(prompt.Id, cost: 0.25m)),
        };

        var settled = Journal.Find(prompt.Id)!;
        Assert.Equal([CloudVerdict.Applied, CloudVerdict.Duplicate, CloudVerdict.Duplicate], verdicts);
        Assert.Equal((PromptState.Answered, PromptRoute.Cloud, "from the cloud"), (settled.State, settled.Route, settled.Answer));
        Assert.Equal(new Cost(0.25m, "USD"), settled.Cost);
        Assert.Empty(Journal.LateCosts());
        Assert.Equal(2, Journal.Counters()[Counter.Duplicates]);
        Assert.Empty(Journal.NextToSend(QueueAddress.Escalations.Name, 10));
        Assert.Single(Journal.NextToSend(QueueAddress.Results.Name, 10));
    }

    [Fact]
    public async Task CloudAnswer_AfterTheOutcome_CountedWithItsCostNeverApplied()
    {
        var one = await _test.EscalateAsync();
        var two = await _test.EscalateAsync();
        await Journal.SettleAsync(one, TestJournal.Local());
        await Journal.SettleAsync(two, Settlement.Failed(ReasonCode.Cancelled, "gone"));

        Assert.Equal(CloudVerdict.Late, await _test.SettleFromCloudAsync("e-1", _test.Answer(one.Id, cost: 0.1m)));
        Assert.Equal(CloudVerdict.Late, await _test.SettleFromCloudAsync("e-2", _test.Answer(two.Id, cost: 0.2m)));

        Assert.Equal("pump 7", Journal.Find(one.Id)!.Answer);
        Assert.Equal(PromptState.Failed, Journal.Find(two.Id)!.State);
        Assert.Equal(2, Journal.Counters()[Counter.Late]);
        Assert.Equal([new Cost(0.3m, "USD")], Journal.LateCosts());
    }

    [Fact]
    public async Task CloudAnswer_PromptUnknownOrNeverSent_ChangesNothing()
    {
        var accepted = await _test.AcceptAsync();

        Assert.Equal(CloudVerdict.Unknown, await _test.SettleFromCloudAsync("e-1", _test.Answer(Guid.CreateVersion7())));
        Assert.Equal(CloudVerdict.Unknown, await _test.SettleFromCloudAsync("e-2", _test.Answer(accepted.Id)));

        Assert.Equal(PromptState.Accepted, Journal.Find(accepted.Id)!.State);
        Assert.Equal(0, _test.Count("inbox"));
    }

    [Fact]
    public async Task CloudAnswer_SaysExpired_IsDueAtOnceAndTheSweepDecides()
    {
        var prompt = await _test.EscalateAsync();

        var verdict = await Journal.SettleFromCloudAsync("e-1", _test.Answer(prompt.Id, CloudOutcome.Expired), _ => null);

        Assert.Equal((CloudVerdict.Expired, PromptState.Escalated), (verdict, Journal.Find(prompt.Id)!.State));
        Assert.Equal([prompt.Id], Journal.Due(10).Select(due => due.Id));
    }

    [Fact]
    public async Task Due_OpenPromptsPastTheirDeadline_MostUrgentFirst()
    {
        var later = await _test.AcceptAsync(deadline: TimeSpan.FromMinutes(2));
        var sooner = await _test.EscalateAsync(deadline: TimeSpan.FromMinutes(1));
        var ended = await _test.AcceptAsync(deadline: TimeSpan.FromMinutes(1));
        await _test.AcceptAsync(deadline: TimeSpan.FromMinutes(3));
        await Journal.SettleAsync(ended, TestJournal.Local());

        Assert.Empty(Journal.Due(10));
        _test.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal([sooner.Id, later.Id], Journal.Due(10).Select(due => due.Id));
        Assert.Equal([sooner.Id], Journal.Due(1).Select(due => due.Id));
    }

    [Fact]
    public async Task FallbackDue_OnlyEscalatedPromptsWhoseWaitIsOver()
    {
        var at = _test.Time.GetUtcNow() + TimeSpan.FromSeconds(30);
        var waiting = await _test.EscalateAsync(fallbackAt: at);
        await _test.EscalateAsync();
        var answered = await _test.EscalateAsync(fallbackAt: at);
        await _test.SettleFromCloudAsync("e-1", _test.Answer(answered.Id));

        Assert.Empty(Journal.FallbackDue(10));
        _test.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal([waiting.Id], Journal.FallbackDue(10).Select(due => due.Id));
    }

    [Fact]
    public async Task States_Open_List_AgreeWithWhatHappened()
    {
        var first = await _test.AcceptAsync();
        _test.Time.Advance(TimeSpan.FromMilliseconds(1));
        var second = await _test.EscalateAsync();
        _test.Time.Advance(TimeSpan.FromMilliseconds(1));
        var third = await _test.AcceptAsync();
        await Journal.SettleAsync(third, TestJournal.Local());

        Assert.Equal(
            new Dictionary<PromptState, long> { [PromptState.Accepted] = 1, [PromptState.Escalated] = 1, [PromptState.Answered] = 1 },
            Journal.States());
        Assert.Equal(2, Journal.OpenCount);
        Assert.Equal([third.Id, second.Id, first.Id], Journal.List(null, 10).Select(prompt => prompt.Id));
        Assert.Equal([second.Id], Journal.List(PromptState.Escalated, 10).Select(prompt => prompt.Id));
    }

    [Fact]
    public async Task Park_SameEventTwice_KeptOnce()
    {
        await Journal.ParkAsync("e-1", "epoch", [1, 2]);
        await Journal.ParkAsync("e-1", "epoch", [1, 2]);

        Assert.Equal(1, _test.Count("parked"));
    }

    [Fact]
    public async Task Write_AfterDispose_JournalException()
    {
        var prompt = _test.New();
        Journal.Dispose();

        await Assert.ThrowsAsync<JournalException>(() => Journal.AcceptAsync(prompt));
    }

    public void Dispose() => _test.Dispose();
}
