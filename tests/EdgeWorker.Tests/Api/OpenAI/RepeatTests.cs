using System.Net;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>The same request sent again: by whom it finds its prompt, and by whom it must not.</summary>
public sealed class RepeatTests(TestModels models) : IDisposable
{
    private const string Chat = "chat/completions";
    private const string Hello = """{"model":"hybrid","max_tokens":8,"messages":[{"role":"user","content":"Which pump?"}]}""";

    private static readonly RoutingOptions Sure = new() { ConfidenceThreshold = 0 };
    private static readonly RoutingOptions Unsure = new() { ConfidenceThreshold = 1 };
    private static readonly (string, string) Retry = ("X-Stainless-Retry-Count", "1");
    private static readonly (string, string) First = ("X-Stainless-Retry-Count", "0");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("counts")]
    [InlineData("says nothing")]
    public async Task CallerLeft_SameAgain_WaitsForTheSamePrompt(string client)
    {
        await using var device = await StartAsync(Unsure);
        var prompt = await LeaveEscalatedAsync(device, client == "counts" ? [First] : []);

        var asking = device.AskAsync(Chat, Hello, client == "counts" ? [Retry] : []);
        await Eventually.HoldsAsync(() => device.IsAwaited(prompt));
        await device.AnswerFromCloudAsync(prompt);

        var reply = await asking.SoonAsync();
        Assert.Equal((prompt, "from the cloud"), (reply.PromptId, reply.Content));
        Assert.Single(device.Journal.List(null, 10));
    }

    [Fact]
    public async Task CallerLeft_SameAgainAfterTheOutcome_GetsIt()
    {
        await using var device = await StartAsync(Unsure);
        var prompt = await LeaveEscalatedAsync(device, []);
        await device.AnswerFromCloudAsync(prompt);

        var reply = await device.AskAsync(Chat, Hello);

        Assert.Equal((prompt, "from the cloud"), (reply.PromptId, reply.Content));
    }

    [Fact]
    public async Task Restart_SameAgain_GetsTheOutcomeOfTheEscalation()
    {
        Guid prompt;
        await using (var device = await StartAsync(Unsure))
        {
            prompt = await LeaveEscalatedAsync(device, []);
        }

        await using var again = await StartAsync(Unsure);
        await again.AnswerFromCloudAsync(prompt);

        Assert.Equal(prompt, (await again.AskAsync(Chat, Hello, Retry)).PromptId);
    }

    [Fact]
    public async Task Delivered_SameAgain_IsAskedAnew()
    {
        await using var device = await StartAsync(Sure);

        var first = await device.AskAsync(Chat, Hello);
        var second = await device.AskAsync(Chat, Hello);

        Assert.NotEqual(first.PromptId, second.PromptId);
        await Eventually.HoldsAsync(() => new[] { first, second }.All(reply => device.Journal.Request(reply.PromptId)!.DeliveredAt is not null));
    }

    [Fact]
    public async Task DeliveredFromTheCloud_SameAgain_IsAskedAnewButARetryIsNot()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        var asking = device.AskAsync(Chat, Hello, First);
        var prompt = (await device.OneEscalatedAsync()).Id;
        await device.AnswerFromCloudAsync(prompt);
        await asking.SoonAsync();

        // The client says that the answer did not arrive.
        Assert.Equal(prompt, (await device.AskAsync(Chat, Hello, Retry)).PromptId);

        var regenerating = device.AskAsync(Chat, Hello);
        var another = (await device.OneEscalatedAsync()).Id;
        await device.AnswerFromCloudAsync(another, "another");
        Assert.Equal((another, "another"), ((await regenerating.SoonAsync()).PromptId, (await regenerating).Content));
    }

    [Fact]
    public async Task FirstTime_SaysTheClient_IsAskedAnew()
    {
        await using var device = await StartAsync(Unsure);
        var prompt = await LeaveEscalatedAsync(device, [First]);
        await device.AnswerFromCloudAsync(prompt);

        var asking = device.AskAsync(Chat, Hello, First);

        var another = (await device.OneEscalatedAsync()).Id;
        Assert.NotEqual(prompt, another);
        await device.AnswerFromCloudAsync(another);
        await asking.SoonAsync();
    }

    [Fact]
    public async Task AnotherBody_IsAskedAnew()
    {
        await using var device = await StartAsync(Unsure);
        var prompt = await LeaveEscalatedAsync(device, []);
        await device.AnswerFromCloudAsync(prompt);

        var asking = device.AskAsync(Chat, Hello.Replace("Which", "What", StringComparison.Ordinal), Retry);

        var another = (await device.OneEscalatedAsync()).Id;
        await device.AnswerFromCloudAsync(another);
        Assert.Equal(another, (await asking.SoonAsync()).PromptId);
    }

    [Fact]
    public async Task StillAwaited_SameFromOneWhoSaysNothing_IsAskedAnew()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        var first = device.AskAsync(Chat, Hello);
        await device.OneEscalatedAsync();

        var second = device.AskAsync(Chat, Hello);

        await Eventually.HoldsAsync(() =>
        {
            // It is given a moment, in which the first caller might have been noticed to be gone.
            device.Time.Advance(TimeSpan.FromMilliseconds(100));
            return device.Journal.List(PromptState.Escalated, 3).Count == 2;
        });
        foreach (var prompt in device.Journal.List(PromptState.Escalated, 2))
        {
            await device.AnswerFromCloudAsync(prompt.Id);
        }

        Assert.NotEqual((await first.SoonAsync()).PromptId, (await second.SoonAsync()).PromptId);
    }

    [Fact]
    public async Task StillAwaited_ItsCallerLeavesMeanwhile_TheSameFromOneWhoSaysNothingFindsIt()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/{Chat}") { Content = new StringContent(Hello, null, "application/json") };
        var first = device.Http.SendAsync(request, leaving.Token);
        var prompt = (await device.OneEscalatedAsync()).Id;

        // The clock stands still: it waits for the other caller to leave, not for its patience to end.
        var second = device.AskAsync(Chat, Hello);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await device.AnswerFromCloudAsync(prompt);

        Assert.Equal(prompt, (await second.SoonAsync()).PromptId);
    }

    [Fact]
    public async Task TimedOut_SameAgain_WaitsOnAndEscalatesOnce()
    {
        await using var device = await StartAsync(Unsure, new ApiOptions { OnCloudWait = CloudWaitEnd.Error });
        device.Link.Succeeded();
        var asking = device.AskAsync(Chat, Hello);
        var prompt = (await device.OneEscalatedAsync()).Id;
        await device.Time.RunUntilAsync(asking, TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await asking).Status);

        // As the SDK for .NET retries: without a word.
        var again = device.AskAsync(Chat, Hello);
        await Eventually.HoldsAsync(() => device.IsAwaited(prompt));
        await device.AnswerFromCloudAsync(prompt);

        Assert.Equal(prompt, (await again.SoonAsync()).PromptId);
        Assert.Single(device.Journal.List(null, 10));
    }

    [Fact]
    public async Task CloudError_SdkRetries_GetItAgainAndPayOnce()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        var asking = device.AskAsync(Chat, Hello);
        var prompt = (await device.OneEscalatedAsync()).Id;
        await device.FailFromCloudAsync(prompt, ReasonCode.CloudError, "unreadable");
        await asking.SoonAsync();

        Assert.Equal(prompt, (await device.AskAsync(Chat, Hello)).PromptId);
        Assert.Equal(prompt, (await device.AskAsync(Chat, Hello, Retry)).PromptId);

        // A person who tries again later gets another try.
        device.Time.Advance(TimeSpan.FromSeconds(30));
        var later = device.AskAsync(Chat, Hello);
        Assert.NotEqual(prompt, (await device.OneEscalatedAsync()).Id);
        await device.AnswerFromCloudAsync((await device.OneEscalatedAsync()).Id);
        Assert.Equal(HttpStatusCode.OK, (await later.SoonAsync()).Status);
    }

    [Fact]
    public async Task Cancelled_SameAgain_IsAskedAnew()
    {
        await using var device = await StartAsync(Sure, works: false);
        using (var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            var reading = device.StreamAsync(Chat, Stream(Hello), cancellationToken: leaving.Token).ToListAsync(leaving.Token).AsTask();
            await Eventually.HoldsAsync(() => device.Journal.OpenCount == 1);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        }

        await Eventually.HoldsAsync(() => device.Journal.OpenCount == 0);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var again = device.StreamAsync(Chat, Stream(Hello), [Retry], leave.Token).ToListAsync(leave.Token).AsTask();
        await Eventually.HoldsAsync(() => device.Journal.OpenCount == 1);
        Assert.Equal(2, device.Journal.List(null, 10).Count);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again);
    }

    [Fact]
    public async Task IdempotencyKey_SameBody_SamePromptAndAnotherBody422()
    {
        await using var device = await StartAsync(Sure);
        var key = ("Idempotency-Key", "k-1");

        var first = await device.AskAsync(Chat, Hello, key);
        var second = await device.AskAsync(Chat, Hello, key);
        var third = await device.AskAsync(Chat, Hello.Replace("Which", "What", StringComparison.Ordinal), key);

        Assert.Equal((first.PromptId, first.Content), (second.PromptId, second.Content));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (third.Status, third.Error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task IdempotencyKey_CancelledPrompt_IsAskedAnewUnderTheSameKey()
    {
        await using var device = await StartAsync(Sure, works: false);
        var key = ("Idempotency-Key", "k-1");
        for (var turn = 1; turn <= 3; turn++)
        {
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var reading = device.StreamAsync(Chat, Stream(Hello), [key], leaving.Token).ToListAsync(leaving.Token).AsTask();
            await Eventually.HoldsAsync(() => device.Journal.OpenCount == 1);
            Assert.Equal(turn, device.Journal.List(null, 10).Count);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            await Eventually.HoldsAsync(() => device.Journal.OpenCount == 0);
        }
    }

    [Fact]
    public async Task IdempotencyKey_NothingCouldBeReached_IsAskedAnewWhenTheCloudIsBack()
    {
        await using var device = await StartAsync(Sure);
        var body = Hello.Replace("Which", new string('x', 5_000), StringComparison.Ordinal);
        var key = ("Idempotency-Key", "k-1");
        device.Link.Failed("no line");
        var offline = await device.AskAsync(Chat, body, key);
        device.Link.Succeeded();

        var asking = device.AskAsync(Chat, body, key);
        var prompt = await device.OneEscalatedAsync();
        await device.AnswerFromCloudAsync(prompt.Id);
        var online = await asking.SoonAsync();
        var again = await device.AskAsync(Chat, body, key);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (offline.Status, online.Status));
        Assert.Equal((online.PromptId, online.Content), (again.PromptId, again.Content));
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestDevice> StartAsync(RoutingOptions routing, ApiOptions? api = null, bool works = true) =>
        TestDevice.StartAsync(_folder.Path, models.Folder, routing, works: works, api: api);

    private static string Stream(string body) => body.Replace("{\"model\"", "{\"stream\":true,\"model\"", StringComparison.Ordinal);

    /// <summary>Asks, and goes away once the prompt has escalated.</summary>
    private static async Task<Guid> LeaveEscalatedAsync(TestDevice device, (string, string)[] headers)
    {
        device.Link.Succeeded();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/{Chat}") { Content = new StringContent(Hello, null, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        var asking = device.Http.SendAsync(request, leaving.Token);
        var prompt = (await device.OneEscalatedAsync()).Id;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.HoldsAsync(() => !device.IsAwaited(prompt));
        return prompt;
    }
}
