using System.Text;
using Azure.Storage.Blobs;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EndToEnd;

/// <summary>What goes wrong, goes wrong for one prompt and with one recorded outcome.</summary>
public sealed class TroubleTests : PipelineFixture
{
    private static readonly (string, string) NeverSure = ("Routing:ConfidenceThreshold", "1");
    private static readonly object Known = new { prompt = "What does alarm E-104 mean?" };

    [Fact]
    public async Task RateLimitedModel_IsAskedAgain()
    {
        Model.Reply = call => call.Number == 1 ? FakeModelReply.RateLimited() : FakeModelReply.Answer("At last.");
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);

        var outcome = await device.AskAsync(Known);

        Assert.Equal("At last.", outcome["answer"]!.GetValue<string>());
        Assert.Equal(2, Model.Calls.Count);
    }

    [Fact]
    public async Task CutConnections_AreTriedAgain()
    {
        Model.Reply = call => call.Number switch { 1 => FakeModelReply.Cut, 2 => FakeModelReply.CutMidway, _ => FakeModelReply.Answer("Whole.") };
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);

        var outcome = await device.AskAsync(Known);

        Assert.Equal("Whole.", outcome["answer"]!.GetValue<string>());
    }

    [Fact]
    public async Task ContentFilter_EndsThePromptAtOnce()
    {
        Model.Reply = _ => FakeModelReply.ContentFilter;
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);

        var outcome = await device.AskAsync(Known);

        Assert.Equal("failed  filtered", $"{outcome["state"]} {outcome["route"]} {outcome["reason"]}");
        Assert.Single(Model.Calls);
    }

    [Fact]
    public async Task ModelFailingForever_DeadlineSettlesWithTheDraft()
    {
        Model.Reply = _ => FakeModelReply.Error(500, "server_error");
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);

        var outcome = await device.AskAsync(new { prompt = "What does alarm E-104 mean?", deadlineSeconds = 5 });

        Assert.Equal("answered local deadline", RouteTests.Summary(outcome));
        Assert.Equal("Coolant level low. Refill the tank.", outcome["answer"]!.GetValue<string>());
        Assert.True(Model.Calls.Count > 0);
    }

    [Fact]
    public async Task SilentModel_DeadlineSettlesWithTheDraft()
    {
        Model.Reply = _ => FakeModelReply.Hang;
        await StartCloudAsync(("Model:CallTimeout", "00:00:01"));
        using var device = await StartEdgeAsync("device", NeverSure, ("Pipeline:OnDeadline", "Expire"));

        var outcome = await device.AskAsync(new { prompt = "What does alarm E-104 mean?", deadlineSeconds = 4 });

        Assert.Equal("expired", outcome["state"]!.GetValue<string>());
        Assert.Equal("deadline", outcome["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task DeadQueue_UnsurePromptIsItsDraftAtOnce()
    {
        using var device = await StartEdgeAsync("device", NeverSure);
        await Azurite.KillAsync();

        var outcome = await EventuallyAsync(
            async () => await device.AskAsync(new { prompt = "What does alarm E-104 mean?", deadlineSeconds = 30 }),
            outcome => outcome["reason"]!.GetValue<string>() == "offline");

        Assert.Equal("answered local offline", RouteTests.Summary(outcome));
    }

    [Fact]
    public async Task DeadQueue_DeadlinePassesWhileWaiting()
    {
        using var device = await StartEdgeAsync("device", NeverSure);
        await Azurite.KillAsync();

        var withDraft = await device.AskAsync(new { prompt = "What does alarm E-104 mean?", waitOffline = true, deadlineSeconds = 3 });
        var withoutDraft = await device.AskAsync(new { prompt = "Hello", model = "cloud", waitOffline = true, deadlineSeconds = 3 });

        Assert.Equal("answered local deadline", RouteTests.Summary(withDraft));
        Assert.Equal("expired", withoutDraft["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task QueueAwayForAWhile_NothingIsLost()
    {
        Model.Reply = _ => FakeModelReply.Answer("Back again.");
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);
        await Azurite.KillAsync();
        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await device.SubmitAsync(new { prompt = $"Question {i}?", waitOffline = true }));
        }

        await Azurite.RestartAsync(TestContext.Current.CancellationToken);

        foreach (var id in ids)
        {
            var outcome = await device.OutcomeAsync(id);
            Assert.Equal("answered cloud unsure", RouteTests.Summary(outcome));
        }

        Assert.Equal(8, Model.Calls.Count);
    }

    [Fact]
    public async Task KilledDevice_FinishesItsPromptsAfterARestart()
    {
        var release = new TaskCompletionSource();
        Model.Reply = _ => FakeModelReply.AnswerAfter("After the crash.", release.Task);
        await StartCloudAsync();
        var device = await StartEdgeAsync("device", NeverSure);
        var ids = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            ids.Add(await device.SubmitAsync(new { prompt = $"Question {i}?" }));
        }

        await Model.WaitForCallsAsync(1).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await device.Program.KillAsync();
        device.Dispose();
        release.SetResult();
        using var again = await StartEdgeAsync("device", NeverSure);

        foreach (var id in ids)
        {
            var outcome = await again.OutcomeAsync(id);
            Assert.Equal("After the crash.", outcome["answer"]!.GetValue<string>());
            Assert.Single(await again.TraceAsync(id), "answered");
        }

        Assert.Equal(4, Model.Calls.Count);
    }

    [Fact]
    public async Task SameEscalationTwiceAtOnce_OnePaidCall()
    {
        var release = new TaskCompletionSource();
        Model.Reply = _ => FakeModelReply.AnswerAfter("Once.", release.Task);
        await StartCloudAsync();
        await StartCloudAsync();
        var sender = Messaging().GetRequiredService<EventSender>();
        await Messaging().GetRequiredService<IMessageTransport>().Open(QueueAddress.Escalations).EnsureAsync(TestContext.Current.CancellationToken);
        var escalation = EventFormat.Write(Escalation("twin-device"));

        await sender.SendAsync(QueueAddress.Escalations, escalation, TestContext.Current.CancellationToken);
        await sender.SendAsync(QueueAddress.Escalations, escalation, TestContext.Current.CancellationToken);
        await Model.WaitForCallsAsync(1).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        release.SetResult();

        var answers = Messaging().GetRequiredService<IMessageTransport>().Open(QueueAddress.Answers("twin-device"));
        await answers.EnsureAsync(TestContext.Current.CancellationToken);
        var seen = new List<AnswerData>();
        while (seen.Count < 2)
        {
            foreach (var message in await answers.ReceiveAsync(4, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken))
            {
                seen.Add(EventFormat.ReadData<AnswerData>(EventFormat.ReadEnvelope(message.Body.Span), EventTypes.Answer, null));
                await answers.CompleteAsync(message, TestContext.Current.CancellationToken);
            }
        }

        Assert.All(seen, answer => Assert.Equal("Once.", answer.Text));
        Assert.Single(Model.Calls);
    }

    [Fact]
    public async Task MessagesThatAreNotOurs_ArePutAsideAndHoldNobodyUp()
    {
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);
        var services = Messaging();
        var queue = services.GetRequiredService<IMessageTransport>().Open(QueueAddress.Escalations);
        await queue.EnsureAsync(TestContext.Current.CancellationToken);
        // Each is a prompt of its own: one that has its outcome already is answered with it instead.
        static string Good() => Encoding.UTF8.GetString(EventFormat.Write(Escalation("some-device")));
        foreach (var bad in new[]
        {
            "not json at all",
            "{}",
            Good().Replace(EventTypes.Escalation, "hybrid.escalation.v9", StringComparison.Ordinal),
            Good().Replace("some-device", "../another device", StringComparison.Ordinal),
            Good().Replace("\"role\":\"user\"", "\"role\":\"robot\"", StringComparison.Ordinal),
        })
        {
            await queue.SendAsync(new OutgoingMessage(Guid.NewGuid().ToString(), Encoding.UTF8.GetBytes(bad)), TestContext.Current.CancellationToken);
        }

        var outcome = await device.AskAsync(Known);

        Assert.Equal("answered cloud unsure", RouteTests.Summary(outcome));
        var rejected = services.GetRequiredService<IMessageTransport>().Open(QueueAddress.Rejected);
        await rejected.EnsureAsync(TestContext.Current.CancellationToken);
        // Delivery is at least once, so the same one may have been put aside twice.
        var found = new HashSet<string>();
        while (found.Count < 5)
        {
            var messages = await rejected.ReceiveAsync(16, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.True(messages.Count > 0, $"only {found.Count} were put aside");
            found.UnionWith(messages.Select(message => Encoding.UTF8.GetString(message.Body.Span)));
        }

        Assert.Equal(5, found.Count);
        Assert.Single(Model.Calls);
    }

    [Fact]
    public async Task OversizedClaim_IsPutAsideAndTheDeviceIsTold()
    {
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);
        var services = Messaging();
        var transport = services.GetRequiredService<IMessageTransport>();
        await transport.Open(QueueAddress.Escalations).EnsureAsync(TestContext.Current.CancellationToken);
        var escalation = Escalation("some-device");
        var name = ClaimStore.NameFor("some-device", escalation.Source, escalation.Id);
        var claims = services.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(ClaimStore.ContainerName);
        await claims.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        // Nothing of ours would store so much: only somebody else can. Valid but for its length, so that nothing else refuses it.
        var padded = Encoding.UTF8.GetString(EventFormat.WriteData(escalation.Data)).PadRight(Limits.DataBytes + 1);
        await claims.GetBlobClient(name[(ClaimStore.ContainerName.Length + 1)..]).UploadAsync(
            new BinaryData(padded), TestContext.Current.CancellationToken);
        var ids = EventFormat.ReadIds(EventFormat.ReadEnvelope(EventFormat.Write(escalation)));
        var claimed = new HybridEvent<ClaimedData>(
            escalation.SpecVersion, escalation.Id, escalation.Source, escalation.Type, escalation.Subject, escalation.Time,
            escalation.DataContentType, ids, escalation.TraceParent, name);
        await transport.Open(QueueAddress.Escalations).SendAsync(
            new OutgoingMessage(escalation.Id, EventFormat.Write(claimed)), TestContext.Current.CancellationToken);

        var outcome = await device.AskAsync(Known);
        var told = await FirstAnswerAsync(transport, "some-device");

        Assert.Equal("answered cloud unsure", RouteTests.Summary(outcome));
        Assert.Equal((CloudOutcome.Failed, "rejected"), (told.Outcome, told.Error?.Code));
        Assert.Single(Model.Calls);
    }

    [Fact]
    public async Task ClonedDataFolder_EveryPromptOfEachEndsOnce()
    {
        Model.Reply = _ => FakeModelReply.Answer("Answered.");
        await StartCloudAsync();
        var original = await StartEdgeAsync("original", NeverSure);
        await original.AskAsync(Known);
        await original.Program.KillAsync();
        original.Dispose();
        Directory.CreateDirectory(DataOf("clone"));
        foreach (var file in Directory.GetFiles(DataOf("original")))
        {
            File.Copy(file, Path.Combine(DataOf("clone"), Path.GetFileName(file)));
        }

        using var first = await StartEdgeAsync("original", NeverSure);
        using var second = await StartEdgeAsync("clone", NeverSure);
        var prompts = new List<(Device Device, string Id)>();
        for (var i = 0; i < 4; i++)
        {
            prompts.Add((first, await first.SubmitAsync(new { prompt = $"From the original: {i}?", deadlineSeconds = 20 })));
            prompts.Add((second, await second.SubmitAsync(new { prompt = $"From the clone: {i}?", deadlineSeconds = 20 })));
        }

        foreach (var (device, id) in prompts)
        {
            var outcome = await device.OutcomeAsync(id);
            Assert.Equal("answered", outcome["state"]!.GetValue<string>());
            Assert.Single(await device.TraceAsync(id), "answered");
        }
    }

    private static async Task<AnswerData> FirstAnswerAsync(IMessageTransport transport, string device)
    {
        var queue = transport.Open(QueueAddress.Answers(device));
        await queue.EnsureAsync(TestContext.Current.CancellationToken);
        var messages = await queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        var message = Assert.Single(messages);
        return EventFormat.ReadData<AnswerData>(EventFormat.ReadEnvelope(message.Body.Span), EventTypes.Answer, null);
    }

    private static HybridEvent<EscalationData> Escalation(string device)
    {
        var prompt = Guid.CreateVersion7();
        return EventFormat.Create(
            Guid.NewGuid().ToString(), EventFormat.DeviceSource(device), EventTypes.Escalation, prompt, TimeProvider.System.GetUtcNow(),
            new EscalationData(
                prompt, device, Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddMinutes(5), [new PromptMessage(MessageRole.User, "Hello?")], ReasonCode.Unsure),
            null);
    }

    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> holds)
    {
        var answer = await ask();
        for (var attempt = 0; attempt < 10 && !holds(answer); attempt++)
        {
            answer = await ask();
        }

        return answer;
    }
}
