using Hybrid.Azurite;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Cloud;
using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>The outbox pump against a real broker.</summary>
[Collection(CloudTests.Name)]
public sealed class OutboxPumpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int SendFailed = 4001;
    private const int Expired = 4003;
    private const int Refused = 4004;

    private readonly string _device = $"pump-{Guid.NewGuid().ToString("n")[..12]}";
    private readonly CapturedLog _log = new();
    private readonly CloudLink _link = new();
    private TestJournal _test = null!;
    private TestCloud _cloud = null!;
    private WatchedTransport _transport = null!;
    private OutboxPump _pump = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PromptJournal Journal => _test.Journal;

    public ValueTask InitializeAsync()
    {
        _test = new TestJournal(_device);
        Use(azurite.Server.ConnectionString);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _pump.StopAsync(CancellationToken.None);
        _pump.Dispose();
        await _cloud.DisposeAsync();
        _test.Dispose();
    }

    [Fact]
    public async Task Escalation_GoesOutOnceAndOnlyThenLeavesTheOutbox()
    {
        await _pump.StartAsync(Token);

        var prompt = await _test.EscalateAsync();

        var opened = await _cloud.EscalationAsync(_device);
        await SentAsync();
        Assert.Equal((prompt.Id, "a draft", prompt.Deadline), (opened.Data.PromptId, opened.Data.Draft, opened.Data.Deadline));
        Assert.Null(await _cloud.TryEscalationAsync(again => again.Data.PromptId == prompt.Id, TimeSpan.Zero));
        Assert.True(_link.Reachable);
        Assert.DoesNotContain(Counter.Unsent, Journal.Counters().Keys);
    }

    [Fact]
    public async Task FirstEscalation_AnswerQueueExistsBeforeIt()
    {
        await _pump.StartAsync(Token);
        await _test.EscalateAsync();

        await SentAsync();

        var calls = _transport.Calls.ToList();
        Assert.InRange(calls.IndexOf($"ensure answers/{_device}"), 0, calls.IndexOf("send escalations/") - 1);
        Assert.True(await _cloud.Raw($"answers-{_device}").ExistsAsync(Token));
    }

    [Fact]
    public async Task LargeEscalation_GoesByClaim()
    {
        await _pump.StartAsync(Token);
        var draft = string.Concat(Enumerable.Repeat("Pümpe \u0001", 20_000));

        await _test.EscalateAsync(draft: draft);

        var opened = await _cloud.EscalationAsync(_device);
        Assert.NotNull(opened.ClaimName);
        Assert.Equal(draft, opened.Data.Draft);
        await _cloud.Claims.DeleteAsync(opened.ClaimName, Token);
    }

    [Fact]
    public async Task Expired_IsDroppedAndCounted()
    {
        var late = await _test.EscalateAsync(deadline: TimeSpan.FromMinutes(1));
        var good = await _test.EscalateAsync(deadline: TimeSpan.FromHours(1));
        _test.Time.Advance(TimeSpan.FromMinutes(1));

        await _pump.StartAsync(Token);

        Assert.Equal(good.Id, (await _cloud.EscalationAsync(_device)).Data.PromptId);
        await SentAsync();
        Assert.Equal((1, 1), (Journal.Counters()[Counter.Unsent], _log.Count(Expired)));
        Assert.Equal(PromptState.Escalated, Journal.Find(late.Id)!.State);
    }

    [Fact]
    public async Task EventThatBreaksTheContract_IsDroppedAndCountedAndOthersGoOn()
    {
        var broken = await _test.EscalateAsync();
        var good = await _test.EscalateAsync();
        _test.Run("UPDATE outbox SET body = x'7b7d' WHERE prompt_id = $id", ("$id", broken.Id));

        await _pump.StartAsync(Token);

        Assert.Equal(good.Id, (await _cloud.EscalationAsync(_device)).Data.PromptId);
        await SentAsync();
        Assert.Equal((1, 1), (Journal.Counters()[Counter.Unsent], _log.Count(Refused)));
        Assert.False(_pump.ExecuteTask!.IsCompleted);
    }

    [Fact]
    public async Task Result_GoesToItsQueueWithoutText()
    {
        await _pump.StartAsync(Token);
        var prompt = await _test.AcceptAsync();
        await Journal.SettleAsync(prompt, TestJournal.Local("secret"));

        await SentAsync();

        var results = _cloud.Transport.Open(Messaging.QueueAddress.Results);
        ResultData? found = null;
        await Eventually.HoldsAsync(async () =>
        {
            foreach (var message in await results.ReceiveAsync(32, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), Token))
            {
                var opened = await _cloud.Reader.OpenAsync<ResultData>(message.Body, EventTypes.Result, Token);
                await results.CompleteAsync(message, Token);
                found = opened.Data.PromptId == prompt.Id ? opened.Data : found;
            }

            return found is not null;
        });
        Assert.Equal((PromptState.Answered, PromptRoute.Local, null), (found!.State, found.Route, found.Text));
    }

    [Fact]
    public async Task Broker_AwayThenBack_EverythingIsSentWithGrowingPauses()
    {
        await using var server = await AzuriteServer.StartTemporaryAsync(Token);
        await _cloud.DisposeAsync();
        _pump.Dispose();
        Use(server.ConnectionString);
        await _pump.StartAsync(Token);
        var first = await _test.EscalateAsync();
        Assert.Equal(first.Id, (await _cloud.EscalationAsync(_device)).Data.PromptId);
        await SentAsync();

        await server.StopAsync();
        var ids = new HashSet<Guid>();
        for (var number = 0; number < 5; number++)
        {
            ids.Add((await _test.EscalateAsync()).Id);
        }

        await _log.SawAsync(SendFailed);
        await _test.Time.RunUntilAsync(_log.SawAsync(SendFailed, 2), TimeSpan.FromSeconds(1));
        var pending = Assert.Single(Journal.OutboxPending());
        Assert.Equal((5, false), (pending.Pending, _link.Reachable));
        Assert.True(pending.MostAttempts >= 1);
        Assert.NotNull(pending.LastError);

        await server.RestartAsync(Token);
        await _test.Time.RunUntilAsync(Eventually.HoldsAsync(() => Journal.OutboxPending().Count == 0), TimeSpan.FromSeconds(1));
        while (ids.Count > 0)
        {
            // At least once: what comes again has been seen already.
            ids.Remove((await _cloud.EscalationAsync(_device)).Data.PromptId);
        }

        Assert.DoesNotContain(Counter.Unsent, Journal.Counters().Keys);
        Assert.True(_link.Reachable);
    }

    [Fact]
    public async Task Journal_InTrouble_PumpGoesOnAfterwards()
    {
        await _pump.StartAsync(Token);
        _test.Run("CREATE TRIGGER broken BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'no room'); END");
        var prompt = await _test.EscalateAsync();
        await _log.SawAsync(4002);
        Assert.Single(Journal.NextToSend("escalations", 10));

        _test.Run("DROP TRIGGER broken");
        await _test.Time.RunUntilAsync(SentAsync(), TimeSpan.FromSeconds(1));

        // Sent at least once, under one id.
        var first = await _cloud.EscalationAsync(_device);
        var again = await _cloud.TryEscalationAsync(opened => opened.Data.PromptId == prompt.Id, TimeSpan.Zero);
        Assert.True(again is null || again.Envelope.Id == first.Envelope.Id);
    }

    private void Use(string connectionString)
    {
        _cloud = new TestCloud(connectionString);
        _transport = new WatchedTransport(_cloud.Transport);
        _pump = new OutboxPump(
            Journal, _transport, new EventSender(_transport, _cloud.Claims), _link, _test.Options, _test.Time,
            new LoggerFactory([_log]).CreateLogger<OutboxPump>());
    }

    private Task SentAsync() => Eventually.HoldsAsync(() => Journal.OutboxPending().Count == 0);
}
