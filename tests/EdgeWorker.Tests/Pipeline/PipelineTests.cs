using System.Text;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Journal;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Pipeline;

/// <summary>One prompt's way, with a real model that has nothing to say: the threshold decides whether it is sure.</summary>
public sealed class PipelineTests(TestModels models) : IDisposable
{
    private static readonly RoutingOptions Sure = new() { ConfidenceThreshold = 0 };
    private static readonly RoutingOptions Unsure = new() { ConfidenceThreshold = 1 };
    private static readonly PromptOptions Tokens = new(MaxTokens: 12);
    private static readonly PromptBody Ask = new("Which pump?", Options: Tokens, Interactive: true);
    private static readonly PromptBody Batch = new("Which pump?", Options: Tokens);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hold_Sure_TextComesWholeAfterTheCommit()
    {
        await using var device = await StartAsync(Sure);

        var events = new List<string>();
        await foreach (var (name, data) in device.StreamAsync(Ask, cancellationToken: Token))
        {
            events.Add(name);
            var prompt = device.Journal.List(null, 1)[0];
            // A quick model may have answered before the first event is read.
            Assert.True(prompt.IsFinal || name == "accepted");
            if (name == "text")
            {
                Assert.Equal(prompt.Answer, data.GetProperty("text").GetString());
            }
        }

        var answered = device.Journal.List(null, 1)[0];
        Assert.Equal(["accepted", "text", "outcome"], events);
        Assert.Equal((PromptRoute.Local, ReasonCode.Mode, TestModels.Name), (answered.Route, answered.Reason, answered.AnswerModel));
        Assert.InRange(answered.Confidence!.Value, 0, 1);
        Assert.Equal(("length", 12), (answered.FinishReason, answered.Usage!.OutputTokens));
    }

    [Fact]
    public async Task Hold_UnsureAndReachable_EscalatesWithItsDraftAndShowsNothingOfIt()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();

        await using var events = device.StreamAsync(Ask, cancellationToken: Token).GetAsyncEnumerator(Token);
        Assert.True(await events.MoveNextAsync());
        var id = events.Current.Data.GetProperty("id").GetGuid();
        var next = events.MoveNextAsync().AsTask();
        var prompt = await device.EscalatedAsync(id);
        Assert.False(next.IsCompleted);
        await AnswerAsync(device, prompt.Id);

        Assert.True(await next.SoonAsync());
        Assert.Equal(("text", "from the cloud"), (events.Current.Name, events.Current.Data.GetProperty("text").GetString()));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(("outcome", "cloud"), (events.Current.Name, events.Current.Data.GetProperty("route").GetString()));
        Assert.False(await events.MoveNextAsync());
        Assert.Equal(ReasonCode.Unsure, prompt.Reason);
        Assert.NotEmpty(prompt.Draft!);
        Assert.Equal(TestModels.Name, prompt.DraftModel);
        Assert.InRange(prompt.Confidence!.Value, 0, 0.999);
    }

    [Fact]
    public async Task Hold_UnsureAndOffline_DraftAtOnceMarkedOffline()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Failed("no line");

        var prompt = await device.SettledAsync((await device.PostAsync(Batch)).Id);

        Assert.Equal((PromptState.Answered, PromptRoute.Local, ReasonCode.Offline), (prompt.State, prompt.Route, prompt.Reason));
        Assert.NotEmpty(prompt.Answer!);
    }

    [Fact]
    public async Task Hold_SureAndOffline_TheLineChangedNothing()
    {
        await using var device = await StartAsync(Sure);
        device.Link.Failed("no line");

        var prompt = await device.SettledAsync((await device.PostAsync(Batch)).Id);

        Assert.Equal((PromptState.Answered, PromptRoute.Local, ReasonCode.Mode), (prompt.State, prompt.Route, prompt.Reason));
    }

    [Fact]
    public async Task Hold_UnsureOfflineButMayWait_Escalates()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Failed("no line");

        var prompt = await device.EscalatedAsync((await device.PostAsync(Batch with { WaitOffline = true })).Id);

        Assert.Equal(ReasonCode.Unsure, prompt.Reason);
        Assert.Single(device.Journal.NextToSend("escalations", 10));
    }

    [Fact]
    public async Task Early_Unsure_StreamsAtOnceAndOnlyRecordsIt()
    {
        await using var device = await StartAsync(Unsure, new PipelineOptions { Streaming = StreamingMode.Early });
        device.Link.Succeeded();

        var (texts, outcome) = await ReadAsync(device, Ask);

        var prompt = device.Journal.Find(outcome)!;
        Assert.True(texts.Count > 1);
        Assert.Equal(prompt.Answer, string.Concat(texts));
        Assert.Equal((PromptState.Answered, PromptRoute.Local, ReasonCode.Unsure), (prompt.State, prompt.Route, prompt.Reason));
        Assert.Empty(device.Journal.NextToSend("escalations", 10));
    }

    [Fact]
    public async Task Early_NobodyWatches_IsGatedAllTheSame()
    {
        await using var device = await StartAsync(Unsure, new PipelineOptions { Streaming = StreamingMode.Early });
        device.Link.Succeeded();

        var accepted = await device.PostAsync(Ask);
        var prompt = await device.EscalatedAsync(accepted.Id);

        Assert.Equal(ReasonCode.Unsure, prompt.Reason);
    }

    [Fact]
    public async Task Pinned_Local_StreamsAndIsNeverGated()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();

        var (texts, outcome) = await ReadAsync(device, Ask with { Model = TestModels.Name });

        var prompt = device.Journal.Find(outcome)!;
        Assert.True(texts.Count > 1);
        Assert.Equal(prompt.Answer, string.Concat(texts));
        Assert.Equal((PromptState.Answered, PromptRoute.Local, ReasonCode.Pinned), (prompt.State, prompt.Route, prompt.Reason));
    }

    [Fact]
    public async Task Pinned_Cloud_EscalatesWithoutADraft()
    {
        await using var device = await StartAsync(Sure);
        device.Link.Succeeded();

        var prompt = await device.EscalatedAsync((await device.PostAsync(Batch with { Model = "cloud" })).Id);

        Assert.Equal((ReasonCode.Pinned, null), (prompt.Reason, prompt.Draft));
    }

    [Fact]
    public async Task NoRoute_FailsAndNamesTheConstraints()
    {
        await using var device = await StartAsync(new RoutingOptions { Mode = RouteMode.CloudOnly });
        device.Link.Failed("no line");

        var prompt = await device.SettledAsync((await device.PostAsync(Batch)).Id);

        Assert.Equal((PromptState.Failed, ReasonCode.NoRoute), (prompt.State, prompt.Reason));
        Assert.Contains("mode: mode CloudOnly", prompt.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("offline: the queue cannot be reached", prompt.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NotForTheDevice_Offline_NamesBothSinceLaterItMayBeAnswered(bool known)
    {
        await using var device = await StartAsync(Sure);
        if (known)
        {
            device.Link.Failed("no line");
        }

        var posted = await device.PostAsync(Batch with { Options = new PromptOptions(Json: true, Schema: new AnswerSchema("a", JsonElement.Parse("""{"not":{}}"""))) });
        await device.Time.RunUntilAsync(device.Journal.Settled.Of(posted.Id), TimeSpan.FromSeconds(1));

        var prompt = device.Journal.Find(posted.Id)!;
        Assert.Equal((PromptState.Failed, ReasonCode.NoRoute), (prompt.State, prompt.Reason));
        Assert.Contains("local: unsupported: JSON schema, /not", prompt.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("cloud: offline: the queue cannot be reached", prompt.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NotForTheDevice_MayWaitOffline_Escalates()
    {
        await using var device = await StartAsync(Sure);
        device.Link.Failed("no line");

        var prompt = await device.EscalatedAsync((await device.PostAsync(Batch with
        {
            WaitOffline = true,
            Options = new PromptOptions(Json: true, Schema: new AnswerSchema("a", JsonElement.Parse("""{"not":{}}"""))),
        })).Id);

        Assert.Equal(ReasonCode.Unsupported, prompt.Reason);
    }

    [Fact]
    public async Task CloudWanted_NobodyHasTriedYet_WaitsForTheFirstAttemptButNotForever()
    {
        await using var device = await StartAsync(new RoutingOptions { Mode = RouteMode.CloudOnly });
        var id = (await device.PostAsync(Batch)).Id;

        var settled = device.Journal.Settled.Of(id);
        await device.Time.RunUntilAsync(settled, TimeSpan.FromSeconds(1));

        Assert.Equal(ReasonCode.NoRoute, device.Journal.Find(id)!.Reason);
    }

    [Fact]
    public async Task TooLong_Escalates()
    {
        await using var device = await StartAsync(Sure);
        device.Link.Succeeded();

        var prompt = await device.EscalatedAsync(
            (await device.PostAsync(new PromptBody(new string('x', 2 * TestModels.ContextTokens)))).Id);

        Assert.Equal((ReasonCode.TooLong, null), (prompt.Reason, prompt.Draft));
    }

    [Fact]
    public async Task CloudFirst_NoAnswerInTime_LocalModelAnswersAndTheLateAnswerIsCounted()
    {
        await using var device = await StartAsync(new RoutingOptions { Mode = RouteMode.CloudFirst });
        device.Link.Succeeded();
        var escalated = await device.EscalatedAsync((await device.PostAsync(Batch)).Id);

        await device.Time.RunUntilAsync(device.Journal.Settled.Of(escalated.Id), TimeSpan.FromSeconds(1));
        var verdict = await AnswerAsync(device, escalated.Id, cost: 0.25m);

        var prompt = device.Journal.Find(escalated.Id)!;
        Assert.Equal((PromptState.Answered, PromptRoute.Local, ReasonCode.CloudLate), (prompt.State, prompt.Route, prompt.Reason));
        Assert.True(prompt.ChangedAt - prompt.AcceptedAt >= new PipelineOptions().CloudWait);
        Assert.Equal(CloudVerdict.Late, verdict);
        Assert.Equal([new Cost(0.25m, "USD")], device.Journal.LateCosts());
        Assert.Equal(
            [PromptState.Accepted, PromptState.Escalated, PromptState.Answered], device.Journal.Trace(prompt.Id).Select(step => step.To));
    }

    [Fact]
    public async Task CloudFirst_FallbackWhileSomebodyWatches_ShowsOnlyTheOutcome()
    {
        await using var device = await StartAsync(new RoutingOptions { Mode = RouteMode.CloudFirst });
        device.Link.Succeeded();
        var reading = ReadAsync(device, Batch);
        await Eventually.HoldsAsync(() => device.Journal.List(PromptState.Escalated, 1).Count == 1);

        await device.Time.RunUntilAsync(reading, TimeSpan.FromSeconds(1));

        var (texts, outcome) = await reading;
        Assert.Equal(device.Journal.Find(outcome)!.Answer, Assert.Single(texts));
    }

    [Theory]
    [InlineData("Draft", true, "Answered")]
    [InlineData("Draft", false, "Expired")]
    [InlineData("Expire", true, "Expired")]
    public async Task Deadline_Escalated_DraftOrExpired(string onDeadline, bool draft, string state)
    {
        await using var device = await StartAsync(
            draft ? Unsure : new RoutingOptions { Mode = RouteMode.CloudOnly },
            new PipelineOptions { OnDeadline = Enum.Parse<DeadlineOutcome>(onDeadline) });
        device.Link.Succeeded();
        var escalated = await device.EscalatedAsync((await device.PostAsync(Batch with { DeadlineSeconds = 3600 })).Id);

        await device.Time.RunUntilAsync(device.Journal.Settled.Of(escalated.Id), TimeSpan.FromMinutes(1));

        var prompt = device.Journal.Find(escalated.Id)!;
        Assert.Equal((state, ReasonCode.Deadline), (prompt.State.ToString(), prompt.Reason));
        Assert.True(prompt.ChangedAt >= prompt.Deadline);
        Assert.Equal(
            state == "Answered" ? (PromptRoute.Local, escalated.Draft) : ((PromptRoute?)null, null), (prompt.Route, prompt.Answer));
        Assert.Equal(state == "Answered" ? "length" : null, prompt.FinishReason);
        Assert.Equal(state == "Answered", prompt.Usage is { InputTokens: > 0, OutputTokens: > 0 });
        Assert.Equal(CloudVerdict.Late, await AnswerAsync(device, prompt.Id));
    }

    [Fact]
    public async Task Deadline_NobodyCouldWorkOnIt_Expired()
    {
        // Every worker waits for the first attempt to reach the queue, longer than the deadline.
        await using var device = await StartAsync(
            new RoutingOptions { Mode = RouteMode.CloudOnly },
            new PipelineOptions { BatchConcurrency = 1, LinkPatience = TimeSpan.FromHours(2) });
        var first = await device.PostAsync(Batch with { DeadlineSeconds = 60 });
        var second = await device.PostAsync(Batch with { DeadlineSeconds = 60 });

        await device.Time.RunUntilAsync(
            Task.WhenAll(device.Journal.Settled.Of(first.Id), device.Journal.Settled.Of(second.Id)), TimeSpan.FromSeconds(1));

        Assert.All([first.Id, second.Id], id => Assert.Equal(PromptState.Expired, device.Journal.Find(id)!.State));
        device.Link.Succeeded();
        Assert.Equal(PromptState.Escalated, (await device.EscalatedAsync((await device.PostAsync(Batch)).Id)).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Interactive_CallerGoes_IsCancelled(bool stream)
    {
        await using var device = await StartAsync(Sure, works: false);

        await LeaveAsync(device, Ask, stream);

        await Eventually.HoldsAsync(() => device.Journal.List(PromptState.Failed, 1).Count == 1);
        var prompt = device.Journal.List(null, 1)[0];
        Assert.Equal((PromptState.Failed, ReasonCode.Cancelled), (prompt.State, prompt.Reason));
    }

    [Fact]
    public async Task Interactive_CallerGoesAfterItEscalated_RunsOn()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        using var caller = new CancellationTokenSource();
        await using var events = device.StreamAsync(Ask, cancellationToken: caller.Token).GetAsyncEnumerator(caller.Token);
        Assert.True(await events.MoveNextAsync());
        var prompt = await device.EscalatedAsync(events.Current.Data.GetProperty("id").GetGuid());

        var next = events.MoveNextAsync().AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);

        Assert.Equal(CloudVerdict.Applied, await AnswerAsync(device, prompt.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_CallerGoes_RunsOn(bool stream)
    {
        await using (var device = await StartAsync(Sure, works: false))
        {
            await LeaveAsync(device, Batch, stream);
        }

        await using var again = await StartAsync(Sure);
        Assert.Equal(PromptState.Answered, (await again.SettledAsync(again.Journal.List(null, 1)[0].Id)).State);
    }

    [Fact]
    public async Task SameKeyTwice_OneCallerGoes_TheOtherGetsTheWholeAnswer()
    {
        await using var device = await StartAsync(Sure, works: false);
        using var first = new CancellationTokenSource();
        await using var one = device.StreamAsync(Ask, "k", first.Token).GetAsyncEnumerator(first.Token);
        await using var two = device.StreamAsync(Ask, "k", Token).GetAsyncEnumerator(Token);
        Assert.True(await one.MoveNextAsync());
        Assert.True(await two.MoveNextAsync());
        var id = one.Current.Data.GetProperty("id").GetGuid();
        Assert.Equal(id, two.Current.Data.GetProperty("id").GetGuid());

        var gone = one.MoveNextAsync().AsTask();
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.True(await device.Journal.SettleAsync(device.Journal.Find(id)!, TestJournal.Local("whole")));

        Assert.True(await two.MoveNextAsync().AsTask().SoonAsync());
        Assert.Equal("whole", two.Current.Data.GetProperty("text").GetString());
        Assert.True(await two.MoveNextAsync());
        Assert.Equal("outcome", two.Current.Name);
    }

    [Fact]
    public async Task SameKeyTwice_BothWatch_EachGetsTheWholeText()
    {
        await using var device = await StartAsync(Sure);
        var pinned = Ask with { Model = TestModels.Name };

        var both = await Task.WhenAll(ReadAsync(device, pinned, "k"), ReadAsync(device, pinned, "k")).SoonAsync();

        var answer = device.Journal.List(null, 1)[0].Answer;
        Assert.Equal([answer, answer], both.Select(read => string.Concat(read.Texts)));
        Assert.Equal(both[0].Id, both[1].Id);
    }

    [Fact]
    public async Task Restart_InteractiveIsCancelledBatchIsAnsweredEscalatedWaits()
    {
        Guid interactive, batch, escalated;
        await using (var device = await StartAsync(Sure, works: false))
        {
            interactive = (await device.PostAsync(Ask)).Id;
            batch = (await device.PostAsync(Batch)).Id;
            escalated = (await device.PostAsync(Batch)).Id;
            await device.Journal.EscalateAsync(device.Journal.Find(escalated)!, TestJournal.Step());
        }

        await using var again = await StartAsync(Sure);

        var cancelled = again.Journal.Find(interactive)!;
        Assert.Equal((PromptState.Failed, ReasonCode.Cancelled), (cancelled.State, cancelled.Reason));
        Assert.Equal(PromptState.Answered, (await again.SettledAsync(batch)).State);
        Assert.Equal(PromptState.Escalated, again.Journal.Find(escalated)!.State);
        Assert.Equal(CloudVerdict.Applied, await AnswerAsync(again, escalated));
    }

    [Fact]
    public async Task Restart_WithoutAModel_FallbackLeavesItToTheDeadline()
    {
        Guid id;
        await using (var device = await StartAsync(new RoutingOptions { Mode = RouteMode.CloudFirst }))
        {
            device.Link.Succeeded();
            id = (await device.EscalatedAsync((await device.PostAsync(Batch with { DeadlineSeconds = 600 })).Id)).Id;
        }

        await using var again = await TestDevice.StartAsync(_folder.Path, routing: new RoutingOptions { Mode = RouteMode.CloudOnly });
        await again.Time.RunUntilAsync(again.Journal.Settled.Of(id), TimeSpan.FromSeconds(10));

        Assert.Equal(PromptState.Expired, again.Journal.Find(id)!.State);
    }

    [Fact]
    public async Task Outcome_JournalInTrouble_EndComesOnlyAfterTheCommitAndNoTextTwice()
    {
        await using var device = await StartAsync(Sure);
        using var raw = TestJournal.Raw(_folder.File(PromptJournal.FileName));
        raw.Run("CREATE TRIGGER broken BEFORE UPDATE ON prompts BEGIN SELECT RAISE(ABORT, 'no room'); END");
        var reading = ReadAsync(device, Batch with { Model = TestModels.Name });

        await device.Log.SawAsync(2002);
        Assert.False(reading.IsCompleted);
        raw.Run("DROP TRIGGER broken");
        await device.Time.RunUntilAsync(reading, TimeSpan.FromSeconds(1));

        var (texts, id) = await reading;
        Assert.Equal(device.Journal.Find(id)!.Answer, string.Concat(texts));
    }

    [Fact]
    public async Task MaxOpen_Reached_RefusesAndAcceptsAgain()
    {
        await using var device = await StartAsync(Sure, new PipelineOptions { MaxOpen = 1 }, works: false);
        var first = await device.PostAsync(Batch);

        using var refused = await device.Http.PostAsync(
            "hybrid/prompts", new StringContent("{\"prompt\":\"x\"}", Encoding.UTF8, "application/json"), Token);
        await device.Journal.SettleAsync(device.Journal.Find(first.Id)!, TestJournal.Local());

        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        await device.PostAsync(Batch);
    }

    [Fact]
    public async Task Log_WhateverHappens_HoldsNoText()
    {
        const string Secret = "zebra-4711";
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();

        var prompt = await device.EscalatedAsync((await device.PostAsync(Batch with { Prompt = Secret })).Id);
        await device.SettledAsync((await device.PostAsync(Batch with { Prompt = Secret, Model = TestModels.Name })).Id);
        await AnswerAsync(device, prompt.Id);

        Assert.DoesNotContain(device.Log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(device.Log.Lines, line => line.Contains("from the cloud", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestDevice> StartAsync(RoutingOptions routing, PipelineOptions? pipeline = null, bool works = true) =>
        TestDevice.StartAsync(_folder.Path, models.Folder, routing, pipeline, works);

    /// <summary>Answers in the cloud's place.</summary>
    private static Task<CloudVerdict> AnswerAsync(TestDevice device, Guid id, decimal? cost = null)
    {
        var answer = new AnswerData(
            id, TestDevice.Id, device.Journal.Epoch, CloudOutcome.Answered, "from the cloud", "large", new TokenUsage(7, 3),
            cost is { } amount ? new Cost(amount, "USD") : null, "stop");
        return device.Journal.SettleFromCloudAsync($"answer-{id:N}", answer, prompt => new Settlement
        {
            State = PromptState.Answered,
            Route = PromptRoute.Cloud,
            Reason = prompt.Reason!.Value,
            Answer = answer.Text,
            Model = answer.Model,
            Cost = answer.Cost,
        });
    }

    private static async Task<(List<string> Texts, Guid Id)> ReadAsync(TestDevice device, PromptBody body, string? key = null)
    {
        var texts = new List<string>();
        Guid? id = null;
        await foreach (var (name, data) in device.StreamAsync(body, key, Token))
        {
            if (name == "text")
            {
                texts.Add(data.GetProperty("text").GetString()!);
            }
            else if (name == "outcome")
            {
                id = data.GetProperty("id").GetGuid();
                Assert.True(device.Journal.Find(id.Value)!.IsFinal);
            }
        }

        return (texts, id ?? throw new InvalidOperationException("The stream ended without an outcome."));
    }

    /// <summary>Hands in a prompt, waits until it is accepted, and goes.</summary>
    private static async Task LeaveAsync(TestDevice device, PromptBody body, bool stream)
    {
        using var caller = new CancellationTokenSource();
        Task waiting;
        if (stream)
        {
            waiting = Task.Run(
                async () =>
                {
                    await foreach (var _ in device.StreamAsync(body, cancellationToken: caller.Token))
                    {
                        // Reads until it goes.
                    }
                },
                Token);
        }
        else
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts")
            {
                Content = System.Net.Http.Json.JsonContent.Create(body, ApiJson.Default.PromptBody),
            };
            request.Headers.Add("Prefer", "wait=600");
            waiting = device.Http.SendAsync(request, caller.Token);
        }

        await Eventually.HoldsAsync(() => device.Journal.List(null, 1).Count == 1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
