using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>The real handler process under a host that speaks the contract of Azure Functions.</summary>
[Collection(ProcessGroup.Processes)]
public sealed class CustomHandlerTests(AzuriteFixture azurite)
{
    private const string Escalation = "Escalation";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly EscalationData _prompt = Samples.Escalation(Samples.NewDevice());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Escalation_IsAnswered()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        await SendAsync(stack, _prompt);
        await host.WaitForAsync(Escalation, AttemptEnd.Succeeded);

        Assert.Equal("An answer.", Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data.Text);
        Assert.Equal(1, host.Starts);
    }

    [Fact]
    public async Task FailingForever_IsPoisonedAndEndsFailed()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        stack.Model.Reply = _ => FakeModelReply.Down(500);
        await using var host = await StartAsync(stack);

        await SendAsync(stack, _prompt);
        await host.WaitForAsync(Escalation, AttemptEnd.Poisoned);
        await host.WaitForAsync("EscalationPoison", AttemptEnd.Succeeded);

        Assert.Equal("poisoned", Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data.Error?.Code);
        Assert.Single(await stack.RejectedAsync());
        Assert.Equal((5, 1), (stack.Model.Calls.Count, host.Starts));
    }

    [Fact]
    public async Task Malformed_IsRejectedAtTheFirstAttempt()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        await SendAsync(stack, Encoding.UTF8.GetBytes("""{"Data":{"promptId":1},"sys":"\"quoted\" \\ and ünicode"}"""));
        await host.WaitForAsync(Escalation, AttemptEnd.Succeeded);

        Assert.Equal("malformed", Assert.Single(await stack.RejectedAsync()).Reason?.Code);
        Assert.Equal(1, host.Starts);
    }

    [Fact]
    public async Task HandlerCrashesWhileAsking_TheNextAttemptAnswers()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        stack.Model.Reply = call => call.Number == 1 ? FakeModelReply.Hang : FakeModelReply.Answer("After the crash.");
        await using var host = await StartAsync(stack, visibilityTimeout: TimeSpan.FromSeconds(5));

        await SendAsync(stack, _prompt);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);
        await host.Handler.KillAsync();
        await host.WaitForAsync(Escalation, AttemptEnd.Succeeded);

        Assert.Equal("After the crash.", Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data.Text);
        Assert.Equal((2, 2), (stack.Model.Calls.Count, host.Starts));
    }

    [Fact]
    public async Task HandlerTimesOut_TheNextAttemptAnswers()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        stack.Model.Reply = call => call.Number == 1 ? FakeModelReply.Hang : FakeModelReply.Answer("After the timeout.");
        await using var host = await StartAsync(
            stack, functionTimeout: TimeSpan.FromSeconds(10), visibilityTimeout: TimeSpan.FromSeconds(5));

        await SendAsync(stack, _prompt);
        await host.WaitForAsync(Escalation, AttemptEnd.TimedOut);
        await host.WaitForAsync(Escalation, AttemptEnd.Succeeded);

        Assert.Equal("After the timeout.", Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data.Text);
        Assert.Equal(2, host.Starts);
    }

    [Fact]
    public async Task SameEscalationTwiceAtOnce_OneCallBothSucceed()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var signal = new TaskCompletionSource();
        stack.Model.Reply = _ => FakeModelReply.AnswerAfter("Once.", signal.Task);
        await using var host = await StartAsync(stack, visibilityTimeout: TimeSpan.FromSeconds(1));

        await SendAsync(stack, _prompt);
        await SendAsync(stack, _prompt);
        await host.WaitForAsync(Escalation, AttemptEnd.Failed);
        signal.SetResult();
        await host.WaitForAsync(Escalation, AttemptEnd.Succeeded);
        await host.WaitForAsync(Escalation, AttemptEnd.Succeeded);

        Assert.Single(stack.Model.Calls);
        var answers = await stack.AnswersAsync(_prompt.DeviceId);
        Assert.Equal(2, answers.Count);
        Assert.Equal(answers[0], answers[1]);
    }

    [Fact]
    public async Task DirectPrompt_IsAcceptedForwardedAndAnswered()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var content = new StringContent("""{"prompt":"What is the SECRET?"}""", Encoding.UTF8, "application/json");
        using var accepted = await host.Http.PostAsync(host.Address("/api/prompts"), content, Token);
        await host.WaitForAsync(Escalation, AttemptEnd.Succeeded);
        using var done = await host.Http.GetAsync(host.Address(accepted.Headers.Location!.ToString()), Token);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (accepted.StatusCode, done.StatusCode));
        Assert.Equal("An answer.", (string?)JsonNode.Parse(await done.Content.ReadAsStringAsync(Token))!["text"]);
    }

    [Fact]
    public async Task PoisonedByTheHost_EndsFailed()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        await SendAsync(stack, Samples.Bytes(_prompt), RejectedMessages.EscalationsPoison);
        await host.WaitForAsync("EscalationPoison", AttemptEnd.Succeeded);

        Assert.Equal("poisoned", (await stack.OutcomeAsync(_prompt))?.Error?.Code);
    }

    private async Task<FunctionsHostDouble> StartAsync(
        CloudStack stack, TimeSpan? functionTimeout = null, TimeSpan? visibilityTimeout = null)
    {
        var all = CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model);
        // The account comes from AzureWebJobsStorage here.
        all.Remove("Messaging:ConnectionString");
        all["Lease:Duration"] = "00:00:15";
        return await FunctionsHostDouble.StartAsync(
            azurite.Server.ConnectionString, CloudProcess.Variables(all), functionTimeout, visibilityTimeout ?? TimeSpan.FromSeconds(1));
    }

    private static Task SendAsync(CloudStack stack, EscalationData prompt) => SendAsync(stack, Samples.Bytes(prompt));

    private static async Task SendAsync(CloudStack stack, byte[] body, QueueAddress? address = null)
    {
        var queue = stack.Transport.Open(address ?? QueueAddress.Escalations);
        await queue.EnsureAsync(Token);
        await queue.SendAsync(new OutgoingMessage(Guid.NewGuid().ToString(), body), Token);
    }
}
