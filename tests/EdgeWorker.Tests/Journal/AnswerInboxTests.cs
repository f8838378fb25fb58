using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Cloud;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>The inbox against a real broker.</summary>
[Collection(CloudTests.Name)]
public sealed class AnswerInboxTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int JournalFailed = 4102;
    private const int Foreign = 4104;

    private readonly string _device = $"pump-{Guid.NewGuid().ToString("n")[..12]}";
    private readonly CapturedLog _log = new();
    private readonly CloudLink _link = new();
    private TestJournal _test = null!;
    private TestCloud _cloud = null!;
    private WatchedTransport _transport = null!;
    private AnswerInbox _inbox = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PromptJournal Journal => _test.Journal;

    private string Queue => $"answers-{_device}";

    public async ValueTask InitializeAsync()
    {
        _test = new TestJournal(_device);
        _cloud = new TestCloud(azurite.Server.ConnectionString);
        _transport = new WatchedTransport(_cloud.Transport);
        _inbox = new AnswerInbox(
            Journal, _transport, _cloud.Reader, _cloud.Claims, _link, _test.Options, _test.Time,
            new LoggerFactory([_log]).CreateLogger<AnswerInbox>());
        await _inbox.StartAsync(Token);
        await Eventually.HoldsAsync(() => _link.Reachable == true);
    }

    public async ValueTask DisposeAsync()
    {
        await _inbox.StopAsync(CancellationToken.None);
        _inbox.Dispose();
        await _cloud.DisposeAsync();
        _test.Dispose();
    }

    [Fact]
    public async Task Answer_SettlesItsPromptThenIsCompleted()
    {
        var prompt = await _test.EscalateAsync();
        var settled = Journal.Settled.Of(prompt.Id);

        await _cloud.AnswerAsync(_test.Answer(prompt.Id, cost: 0.5m));

        await settled.SoonAsync();
        await _cloud.EmptyAsync(Queue);
        var answered = Journal.Find(prompt.Id)!;
        Assert.Equal(
            (PromptState.Answered, PromptRoute.Cloud, ReasonCode.Unsure, "from the cloud", "large", "stop"),
            (answered.State, answered.Route, answered.Reason, answered.Answer, answered.AnswerModel, answered.FinishReason));
        Assert.Equal((new TokenUsage(7, 3), new Cost(0.5m, "USD")), (answered.Usage, answered.Cost));
        Assert.Equal(0.1, answered.Confidence);
    }

    [Fact]
    public async Task NothingAwaited_LooksRarely_AndAnEscalationWakesIt()
    {
        await _inbox.StopAsync(Token);
        _test.Options.IdlePoll = TimeSpan.FromHours(1);
        var before = _transport.Receives;
        await _inbox.StartAsync(Token);
        // It has looked once and rests for an hour now, unless somebody wakes it.
        await Eventually.HoldsAsync(() => _transport.Receives == before + 1);

        var prompt = await _test.EscalateAsync();
        await _cloud.AnswerAsync(_test.Answer(prompt.Id));

        await Eventually.HoldsAsync(() => Journal.Find(prompt.Id)!.IsFinal);
    }

    [Theory]
    [InlineData(CloudOutcome.Failed, "cloud_error")]
    [InlineData(CloudOutcome.Filtered, "filtered")]
    public async Task Failure_SettlesItsPromptWithTheReason(CloudOutcome outcome, string reason)
    {
        var prompt = await _test.EscalateAsync();

        await _cloud.AnswerAsync(
            _test.Answer(prompt.Id, outcome, cost: 0.5m) with { Error = new OutcomeError("content_filter", "refused") });

        await Eventually.HoldsAsync(() => Journal.Find(prompt.Id)!.IsFinal);
        var failed = Journal.Find(prompt.Id)!;
        Assert.Equal((PromptState.Failed, reason, "content_filter", 0.5m),
            (failed.State, failed.Reason!.Value.Value, failed.Error!.Code, failed.Cost!.Amount));
    }

    [Fact]
    public async Task Expired_IsLeftToTheSweep()
    {
        var prompt = await _test.EscalateAsync();

        await _cloud.AnswerAsync(_test.Answer(prompt.Id, CloudOutcome.Expired));

        await Eventually.HoldsAsync(() => Journal.Due(1).Count == 1);
        await _cloud.EmptyAsync(Queue);
        Assert.Equal(PromptState.Escalated, Journal.Find(prompt.Id)!.State);
    }

    [Fact]
    public async Task Duplicate_IsCompletedAndCounted()
    {
        var prompt = await _test.EscalateAsync();

        await _cloud.AnswerAsync(_test.Answer(prompt.Id, cost: 0.5m));
        await _cloud.AnswerAsync(_test.Answer(prompt.Id, cost: 0.5m));

        await Eventually.HoldsAsync(() => Journal.Counters().GetValueOrDefault(Counter.Duplicates) == 1);
        await _cloud.EmptyAsync(Queue);
        Assert.Empty(Journal.LateCosts());
        Assert.Equal(3, Journal.Trace(prompt.Id).Count);
    }

    [Fact]
    public async Task Late_IsCompletedAndCountedWithItsCost()
    {
        var prompt = await _test.EscalateAsync();
        await Journal.SettleAsync(prompt, TestJournal.Local());

        await _cloud.AnswerAsync(_test.Answer(prompt.Id, cost: 0.5m));

        await Eventually.HoldsAsync(() => Journal.Counters().GetValueOrDefault(Counter.Late) == 1);
        await _cloud.EmptyAsync(Queue);
        Assert.Equal("pump 7", Journal.Find(prompt.Id)!.Answer);
        Assert.Equal([new Cost(0.5m, "USD")], Journal.LateCosts());
    }

    [Theory]
    [InlineData("epoch")]
    [InlineData("unknown")]
    [InlineData("never sent")]
    public async Task OfAnotherInstallation_IsGivenBackThenParkedNeverLost(string what)
    {
        var prompt = what == "never sent" ? await _test.AcceptAsync() : await _test.EscalateAsync();
        var answer = _test.Answer(what == "unknown" ? Guid.CreateVersion7() : prompt.Id);

        await _cloud.AnswerAsync(what == "epoch" ? answer with { JournalEpoch = Guid.NewGuid() } : answer);

        await Eventually.HoldsAsync(() => _test.Count("parked") == 1);
        await _cloud.EmptyAsync(Queue);
        Assert.Equal((4, 5), (_transport.Calls.Count(call => call.StartsWith("abandon", StringComparison.Ordinal)), _log.Count(Foreign)));
        Assert.Equal(1, Journal.Counters()[Counter.Parked]);
        Assert.False(Journal.Find(prompt.Id)!.IsFinal);
        Assert.False(_inbox.ExecuteTask!.IsCompleted);
        using var raw = _test.Raw();
        var kept = EventFormat.ReadDataAlone<AnswerData>(raw.Query("SELECT body FROM parked", row => (byte[])row.GetValue(0))[0]);
        Assert.Equal((answer.PromptId, "from the cloud"), (kept.PromptId, kept.Text));
    }

    [Fact]
    public async Task NotOurs_GoesToPoisonWithTheReasonAndTheRestGoesOn()
    {
        var prompt = await _test.EscalateAsync();
        var stranger = _test.Answer(Guid.CreateVersion7()) with { DeviceId = "another" };
        var raw = _cloud.Raw(Queue);
        await raw.SendMessageAsync("%%% not base64 %%%", Token);
        await raw.SendMessageAsync(Convert.ToBase64String("no json"u8), Token);
        await raw.SendMessageAsync(Convert.ToBase64String(Event(stranger, EventTypes.Answer)), Token);
        await raw.SendMessageAsync(Convert.ToBase64String(Event(_test.Answer(prompt.Id), "hybrid.answer.v2")), Token);
        await raw.SendMessageAsync(
            Convert.ToBase64String(Event(_test.Answer(prompt.Id) with { PromptId = Guid.Empty }, EventTypes.Answer)), Token);
        await _cloud.AnswerAsync(_test.Answer(prompt.Id));

        await Eventually.HoldsAsync(() => Journal.Find(prompt.Id)!.IsFinal);
        await _cloud.EmptyAsync(Queue);

        var letters = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            letters.Add((await _cloud.PoisonAsync(_device)).Reason!.Detail);
        }

        foreach (var part in new[] { "not Base64", "$", "another device", "$.type", "promptId" })
        {
            Assert.Contains(letters, letter => letter.Contains(part, StringComparison.Ordinal));
        }

        Assert.Equal(5, Journal.Counters()[Counter.Poisoned]);
        Assert.DoesNotContain(_log.Lines, line => line.Contains("from the cloud", StringComparison.Ordinal));
    }

    [Fact]
    public async Task JournalInTrouble_PausesThenApplies_NothingIsPoisoned()
    {
        var prompt = await _test.EscalateAsync();
        _test.Run("CREATE TRIGGER broken BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'no room'); END");
        await _cloud.AnswerAsync(_test.Answer(prompt.Id));

        // More often than a poisoned message would be tried.
        await _test.Time.RunUntilAsync(_log.SawAsync(JournalFailed, 7), TimeSpan.FromSeconds(10));
        Assert.Equal((PromptState.Escalated, 0), (Journal.Find(prompt.Id)!.State, await _cloud.PoisonCountAsync(_device)));
        _test.Run("DROP TRIGGER broken");
        await _test.Time.RunUntilAsync(Eventually.HoldsAsync(() => Journal.Find(prompt.Id)!.IsFinal), TimeSpan.FromSeconds(10));

        await _cloud.EmptyAsync(Queue);
        Assert.Equal(PromptState.Answered, Journal.Find(prompt.Id)!.State);
        Assert.Equal(0, await _cloud.PoisonCountAsync(_device));
    }

    [Fact]
    public async Task LargeAnswer_ComesByClaimThatIsDeletedAfterwards()
    {
        var prompt = await _test.EscalateAsync();
        var text = string.Concat(Enumerable.Repeat("Pümpe ", 20_000));

        await _cloud.AnswerAsync(_test.Answer(prompt.Id) with { Text = text });

        await Eventually.HoldsAsync(() => Journal.Find(prompt.Id)!.IsFinal);
        await _cloud.EmptyAsync(Queue);
        Assert.Equal(text, Journal.Find(prompt.Id)!.Answer);
        var claim = Messaging.Claims.ClaimStore.NameFor(_device, EventFormat.FunctionSource("test"), $"answer-{prompt.Id:N}");
        Assert.Equal(
            MessagingFailure.NotFound, (await Assert.ThrowsAsync<MessagingException>(() => _cloud.Claims.GetAsync(claim, Token))).Kind);
    }

    [Fact]
    public async Task ClaimGone_OutcomeThere_IsCompleted_ElsePoisoned()
    {
        var settled = await _test.EscalateAsync();
        await Journal.SettleAsync(settled, TestJournal.Local());
        var open = await _test.EscalateAsync();
        var text = new string('x', 60_000);
        await _inbox.StopAsync(Token);
        foreach (var prompt in new[] { settled, open })
        {
            await _cloud.AnswerAsync(_test.Answer(prompt.Id) with { Text = text });
            await _cloud.Claims.DeleteAsync(
                Messaging.Claims.ClaimStore.NameFor(_device, EventFormat.FunctionSource("test"), $"answer-{prompt.Id:N}"), Token);
        }

        await _inbox.StartAsync(Token);

        var letter = await _cloud.PoisonAsync(_device);
        await _cloud.EmptyAsync(Queue);
        Assert.Equal("claim_missing", letter.Reason!.Code);
        Assert.Equal(open.Id, EventFormat.ReadIds(EventFormat.ReadEnvelope(letter.Original.Span)).PromptId);
        Assert.Equal(0, await _cloud.PoisonCountAsync(_device));
        Assert.Equal(PromptState.Escalated, Journal.Find(open.Id)!.State);
    }

    [Fact]
    public async Task QueueDeleted_IsMadeAgain()
    {
        await _cloud.Raw(Queue).DeleteAsync(Token);
        var prompt = await _test.EscalateAsync();

        var applied = Eventually.HoldsAsync(() => Journal.Find(prompt.Id)!.IsFinal);
        await _test.Time.RunUntilAsync(
            Eventually.HoldsAsync(async () => await _cloud.Raw(Queue).ExistsAsync(Token)), TimeSpan.FromSeconds(1));
        await _cloud.AnswerAsync(_test.Answer(prompt.Id));

        await _test.Time.RunUntilAsync(applied, TimeSpan.FromSeconds(1));
    }

    private static byte[] Event(AnswerData data, string type) => EventFormat.Write(EventFormat.Create(
        Guid.NewGuid().ToString(), EventFormat.FunctionSource("test"), type, data.PromptId, DateTimeOffset.UnixEpoch, data, null));
}
