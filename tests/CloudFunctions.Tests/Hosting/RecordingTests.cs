using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Azurite;
using Hybrid.CloudFunctions.Claims;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.Conformance;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>What a real Functions host sent, byte for byte, but for the function's name.</summary>
[Collection(HandlerGroup.Handlers)]
public sealed class RecordingTests(AzuriteFixture azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("queue-json-message", """{"mode":"ok","n":1,"nested":{"a":[1,2]}}""")]
    [InlineData("queue-plain-text", "plain ok text")]
    [InlineData("queue-redelivery-1", """{"mode":"notjson"}""")]
    [InlineData("queue-redelivery-2", """{"mode":"notjson"}""")]
    [InlineData("queue-redelivery-3", """{"mode":"notjson"}""")]
    public async Task Replay_QueueMessage_IsDecodedTwiceAndAnsweredWithABody(string recording, string message)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await ReplayAsync(host, recording, "/qfn", "/Escalation");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!.AsObject();
        Assert.Equal(["Outputs", "Logs", "ReturnValue"], body.Select(pair => pair.Key));
        Assert.Equal(message, Encoding.UTF8.GetString(Assert.Single(await stack.RejectedAsync()).Original.Span));
    }

    [Fact]
    public async Task Replay_Readiness_IsAnswered()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await ReplayAsync(host, "readiness", "/", "/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Replay_ForwardedRequests_ReachTheApi()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var get = await ReplayAsync(host, "http-forwarded-get", "/api/httpfn/42", "/api/prompts/42");
        using var post = await ReplayAsync(host, "http-forwarded-post", "/api/httpfn", "/api/prompts");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (get.StatusCode, post.StatusCode));
        Assert.Equal("application/problem+json", post.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("{}")]
    [InlineData("""{"Data":{}}""")]
    [InlineData("""{"Data":{"a":"1","b":"2"}}""")]
    [InlineData("""{"Data":{"a":1}}""")]
    public async Task Post_NoInvocation_IsAFailedAttempt(string body)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await host.Client.PostAsync(new Uri("/Escalation", UriKind.Relative), content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(await stack.RejectedAsync());
    }

    [Fact]
    public async Task Post_Timer_SweepsOldClaimsAndAnswersWithABody()
    {
        // A year from now everything that lies there is old. An account of its own: a sweep takes everybody's claims.
        await using var own = await AzuriteServer.StartTemporaryAsync(Token);
        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(365));
        await using var stack = await CloudStack.CreateAsync(own.ConnectionString, later);
        var claims = stack.Get<ClaimStore>();
        var name = ClaimStore.NameFor("pump-7", "/devices/pump-7", "e-1");
        await claims.PutAsync(name, "data"u8.ToArray(), Token);
        await using var young = await HostRun.StartAsync(CloudStack.SettingsFor(own.ConnectionString, stack.Model), standalone: false);
        // The shape the host posts for a timer trigger.
        const string Timer = """{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}},"Metadata":{}}""";

        using var content = new StringContent(Timer, Encoding.UTF8, "application/json");
        using var response = await young.Client.PostAsync(new Uri("/ClaimSweep", UriKind.Relative), content, Token);
        var kept = await claims.GetAsync(name, Token);
        var swept = await stack.Get<ClaimSweep>().RunAsync(Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Token)));
        Assert.Equal("data"u8.ToArray(), kept);
        Assert.True(swept);
        await Assert.ThrowsAsync<MessagingException>(() => claims.GetAsync(name, Token));
    }

    private Task<HostRun> StartAsync(CloudStack stack) =>
        HostRun.StartAsync(CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model), standalone: false);

    private static Task<HttpResponseMessage> ReplayAsync(HostRun host, string recording, string recordedPath, string path) =>
        Recording.ReplayAsync(host.Client, host.Client.BaseAddress!, recording, recordedPath, path);
}
