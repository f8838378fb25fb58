using System.Net;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Cloud;
using Hybrid.EdgeWorker.Tests.Journal;
using Hybrid.EdgeWorker.Tests.Models;
using Hybrid.Messaging.Conformance;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary>Several devices on one broker, as processes of their own.</summary>
[Collection(CloudTests.Name)]
public sealed class DeviceTests(AzuriteFixture azurite, TestModels models) : IDisposable
{
    private static readonly string[] CloudOnly = ["--mode", "CloudOnly"];

    private readonly TemporaryFolder _data = new();

    private (string, string?) Connection => ("HYBRID__Messaging__ConnectionString", azurite.Server.ConnectionString);

    [Fact]
    public async Task Escalation_ThereAndBack()
    {
        await using var cloud = new TestCloud(azurite.Server.ConnectionString);
        await using var server = await EdgeServer.StartAsync(
            models, _data.Path, null, Connection, ("HYBRID__Routing__ConfidenceThreshold", "1"));
        var device = (await server.StatusAsync()).DeviceId;
        var waiting = server.PostAsync(new PromptBody("Which pump?", Options: new(MaxTokens: 5)), wait: 600);

        var escalation = await cloud.EscalationAsync(device);
        await cloud.AnswerAsync(TestCloud.Answer(escalation.Data, cost: 0.25m));

        var prompt = await waiting.SoonAsync();
        Assert.Equal((ReasonCode.Unsure, "Which pump?"), (escalation.Data.Reason, escalation.Data.Messages[0].Content));
        Assert.NotEmpty(escalation.Data.Draft!);
        Assert.Equal(
            (PromptState.Answered, PromptRoute.Cloud, "from the cloud", 0.25m),
            (prompt.State, prompt.Route, prompt.Answer, prompt.Cost!.Amount));
    }

    [Fact]
    public async Task TwoDevices_NeverSeeEachOthersAnswers()
    {
        await using var cloud = new TestCloud(azurite.Server.ConnectionString);
        await using var one = await EdgeServer.StartAsync(models, _data.File("one"), CloudOnly, Connection);
        await using var two = await EdgeServer.StartAsync(models, _data.File("two"), CloudOnly, Connection);
        var (idOne, idTwo) = ((await one.StatusAsync()).DeviceId, (await two.StatusAsync()).DeviceId);
        Assert.NotEqual(idOne, idTwo);
        var waiting = Enumerable.Range(0, 10).Select(
            number => (number % 2 == 0 ? one : two).PostAsync(new PromptBody($"Pump {number}?"), wait: 600)).ToList();

        await AnswerAsync(cloud, 10, device => device == idOne || device == idTwo);

        var prompts = await Task.WhenAll(waiting).SoonAsync();
        for (var number = 0; number < prompts.Length; number++)
        {
            Assert.Equal($"{(number % 2 == 0 ? idOne : idTwo)}: Pump {number}?", prompts[number].Answer);
        }

        foreach (var server in new[] { one, two })
        {
            var status = await server.StatusAsync();
            Assert.Equal(5, Assert.Single(status.Prompts).Value);
            Assert.Empty(status.Counters);
        }
    }

    [Fact]
    public async Task ClonedFolder_EveryPromptOfEachEndsOnceAndNothingIsDestroyed()
    {
        await using var cloud = new TestCloud(azurite.Server.ConnectionString);
        var (original, clone) = (_data.File("original"), _data.File("clone"));
        Guid shared;
        string device;
        await using (var server = await EdgeServer.StartAsync(models, original, CloudOnly, Connection))
        {
            device = (await server.StatusAsync()).DeviceId;
            shared = (await server.PostAsync(new PromptBody("Shared?", DeadlineSeconds: 20))).Id;
            await Eventually.HoldsAsync(async () =>
                (await server.StatusAsync()).Outbox.Count == 0 && (await server.GetAsync(shared)).State == PromptState.Escalated);
            await server.Process.TerminateAsync();
            await server.Process.EndAsync();
        }

        Directory.CreateDirectory(clone);
        foreach (var file in Directory.GetFiles(original))
        {
            File.Copy(file, Path.Combine(clone, Path.GetFileName(file)));
        }

        var ids = new Dictionary<string, List<Guid>> { [original] = [shared], [clone] = [shared] };
        await using (var one = await EdgeServer.StartAsync(models, original, CloudOnly, Connection))
        await using (var two = await EdgeServer.StartAsync(models, clone, CloudOnly, Connection))
        {
            Assert.Equal((await one.StatusAsync()).DeviceId, (await two.StatusAsync()).DeviceId);
            for (var number = 0; number < 4; number++)
            {
                ids[original].Add((await one.PostAsync(new PromptBody($"Original {number}?", DeadlineSeconds: 20))).Id);
                ids[clone].Add((await two.PostAsync(new PromptBody($"Clone {number}?", DeadlineSeconds: 20))).Id);
            }

            await AnswerAsync(cloud, 9, from => from == device);
            foreach (var (server, folder) in new[] { (one, original), (two, clone) })
            {
                foreach (var id in ids[folder])
                {
                    Assert.Contains((await server.GetAsync(id, wait: 60)).State, new[] { PromptState.Answered, PromptState.Expired });
                }

                Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("readyz", TestContext.Current.CancellationToken)).StatusCode);
            }

            await cloud.EmptyAsync($"answers-{device}");
        }

        // Each of the nine answers was taken exactly once: applied, late, or parked for whoever wants to look.
        var taken = new[] { original, clone }.Sum(folder =>
        {
            using var raw = TestJournal.Raw(Path.Combine(folder, PromptJournal.FileName));
            const string Ends = "SELECT count(*) FROM transitions WHERE prompt_id = $id AND to_state IN ('answered', 'failed', 'expired')";
            Assert.All(ids[folder], id => Assert.Equal(1, raw.Query(Ends, row => row.GetInt64(0), ("$id", id))[0]));
            return raw.Query("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM parked)", row => row.GetInt64(0))[0];
        });
        Assert.Equal(9, taken);
        Assert.Equal(0, await cloud.PoisonCountAsync(device));
    }

    public void Dispose() => _data.Dispose();

    /// <summary>Answers so many escalations with the device's name and the question.</summary>
    private static async Task AnswerAsync(TestCloud cloud, int count, Func<string, bool> device)
    {
        for (var answered = 0; answered < count;)
        {
            if (await cloud.TryEscalationAsync(opened => device(opened.Data.DeviceId), TimeSpan.FromSeconds(5)) is { Data: var escalation })
            {
                await cloud.AnswerAsync(TestCloud.Answer(escalation, $"{escalation.DeviceId}: {escalation.Messages[0].Content}"));
                answered++;
            }
        }
    }
}
