using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Claims;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Contracts;
using Hybrid.Messaging.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>The functions over Service Bus, called as the host's sources say it calls them.</summary>
[Collection(HandlerGroup.Handlers)]
public sealed class ServiceBusTriggerTests(AzuriteFixture azurite)
{
    private readonly EscalationData _prompt = Samples.Escalation(Samples.NewDevice());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("message")]
    [InlineData("message-not-text")]
    [InlineData("message-redelivered")]
    public async Task Replay_Message_IsDecodedOnceAndAnsweredWithABody(string request)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await PostAsync(host, request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            ["Outputs", "Logs", "ReturnValue"],
            JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!.AsObject().Select(pair => pair.Key));
        var sent = Convert.FromBase64String((string)(await ReadAsync(request)).Body["Data"]!["message"]!);
        Assert.Equal(sent, Assert.Single(await stack.RejectedAsync()).Original.ToArray());
    }

    [Fact]
    public async Task Escalation_IsAnswered()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await PostAsync(host, "message", Samples.Bytes(_prompt));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("An answer.", Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data.Text);
    }

    [Fact]
    public async Task Result_IsStored()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);
        var body = EventFormat.Write(EventFormat.Create(
            "r-1", EventFormat.DeviceSource(_prompt.DeviceId), EventTypes.Result, _prompt.PromptId,
            new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero),
            new ResultData(_prompt.PromptId, _prompt.DeviceId, Samples.Epoch, PromptState.Answered, PromptRoute.Local, ReasonCode.Mode, 1),
            null));

        using var response = await PostAsync(host, "message", body, FunctionNames.ResultServiceBus);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(await stack.BlobExistsAsync($"results/2026/05/04/{_prompt.DeviceId}/{_prompt.PromptId}.json"));
    }

    [Fact]
    public async Task DeadLetter_DeliveredTwice_IsOneFailedOutcomeAndTheDeviceIsTold()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);
        var body = Samples.Bytes(_prompt);

        using var first = await PostAsync(host, "dead-letter", body);
        using var second = await PostAsync(host, "dead-letter", body);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        var outcome = await stack.OutcomeAsync(_prompt);
        Assert.Equal((CloudOutcome.Failed, "poisoned"), (outcome?.Outcome, outcome?.Error?.Code));
        Assert.Contains("MaxDeliveryCountExceeded", outcome!.Error!.Message, StringComparison.Ordinal);
        Assert.All(await stack.AnswersAsync(_prompt.DeviceId), answer => Assert.Equal(outcome, answer.Data));
        Assert.Equal(body, Assert.Single(await stack.RejectedAsync()).Original.ToArray());
        Assert.Empty(stack.Model.Calls);
    }

    [Fact]
    public async Task DeadLetter_AnsweredMeanwhile_RepeatsTheAnswer()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);
        using var answered = await PostAsync(host, "message", Samples.Bytes(_prompt));

        using var response = await PostAsync(host, "dead-letter", Samples.Bytes(_prompt));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("An answer.", (await stack.OutcomeAsync(_prompt))?.Text);
        Assert.Equal(2, (await stack.AnswersAsync(_prompt.DeviceId)).Count);
        Assert.Empty(await stack.RejectedAsync());
    }

    [Theory]
    [InlineData("claim_missing", "The claim is gone.", "claim_missing", "The claim is gone.")]
    [InlineData("TTLExpiredException", null, "TTLExpiredException", "")]
    [InlineData("own\nword", "two\r\nlines", "own word", "two  lines")]
    public async Task DeadLetter_Reason_IsKeptAsOneLine(string reason, string? description, string code, string detail)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await PostAsync(host, "dead-letter", Samples.Bytes(_prompt), change: metadata =>
        {
            metadata["ApplicationProperties"] = new JsonObject
            {
                ["DeadLetterReason"] = reason,
                ["DeadLetterErrorDescription"] = description,
            };
            metadata.Remove("UserProperties");
        });

        var kept = Assert.Single(await stack.RejectedAsync()).Reason;
        Assert.Equal((code, detail), (kept?.Code, kept?.Detail));
    }

    [Fact]
    public async Task DeadLetter_StrangeMetadata_IsHandledWithoutThem()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await PostAsync(host, "dead-letter", Samples.Bytes(_prompt), change: metadata =>
        {
            metadata["MessageId"] = new JsonObject();
            metadata["DeliveryCount"] = "many";
            metadata["SessionId"] = "\"unfinished";
            metadata["CorrelationId"] = new string('x', 1000);
            metadata["ApplicationProperties"] = "none";
            metadata["UserProperties"] = new JsonArray();
        });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("poisoned", (await stack.OutcomeAsync(_prompt))?.Error?.Code);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("{}")]
    [InlineData("""{"Data":{"message":"not Base64!"}}""")]
    [InlineData("""{"Data":{"message":{}}}""")]
    public async Task Post_NoInvocation_IsAFailedAttempt(string body)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await host.Client.PostAsync(new Uri("/EscalationServiceBus", UriKind.Relative), content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(await stack.RejectedAsync());
    }

    [Fact]
    public async Task FailedAttempt_RestsBeforeItIsGivenBack()
    {
        // Service Bus delivers again at once, and counts: the handler must keep the message for the visibilityTimeout of host.json.
        var rest = HostFile.Read([], overServiceBus: true).Rest;
        var time = new WatchedTime(rest);
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString, time);
        await using var lease = await stack.Get<CallLeases>().TryTakeAsync(_prompt.DeviceId, _prompt.PromptId, Token);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        new CustomHandler(
            stack.Get<QueueFunctions>(), stack.Get<FunctionRunner>(), stack.Get<ClaimSweep>(), stack.Get<HostFile>(), time,
            NullLogger<CustomHandler>.Instance).Map(app);
        await app.StartAsync(Token);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        var posting = PostAsync(client, "message", Samples.Bytes(_prompt), null, null);
        await time.Waiting.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Token);
        var early = posting.IsCompleted;
        time.Advance(rest);
        using var response = await posting;

        Assert.False(early);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    private Task<HostRun> StartAsync(CloudStack stack) =>
        HostRun.StartAsync(CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model), standalone: false);

    private static Task<HttpResponseMessage> PostAsync(
        HostRun host, string request, byte[]? body = null, string? function = null, Action<JsonObject>? change = null) =>
        PostAsync(host.Client, request, body, function, change);

    private static async Task<HttpResponseMessage> PostAsync(
        HttpClient client, string request, byte[]? body, string? function, Action<JsonObject>? change)
    {
        var (url, content) = await ReadAsync(request);
        if (body is not null)
        {
            content["Data"]!["message"] = Convert.ToBase64String(body);
        }

        change?.Invoke(content["Metadata"]!.AsObject());
        using var json = new StringContent(content.ToJsonString(), Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri(function is null ? url : $"/{function}", UriKind.Relative), json, Token);
    }

    private static async Task<(string Url, JsonNode Body)> ReadAsync(string request)
    {
        var json = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Recordings", "ServiceBus", $"{request}.json"), Token))!;
        return ((string)json["url"]!, JsonNode.Parse((string)json["body"]!)!);
    }
}
