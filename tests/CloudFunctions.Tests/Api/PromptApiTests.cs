using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Escalations;
using Hybrid.CloudFunctions.Tests.Hosting;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests.Api;

/// <summary>Prompts over HTTP, on the real server; the queue is handled by hand.</summary>
[Collection(HandlerGroup.Handlers)]
public sealed class PromptApiTests(AzuriteFixture azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"prompt":"What is the SECRET?"}""")]
    [InlineData("""{"messages":[{"role":"system","content":"Brief."},{"role":"user","content":"SECRET?"}],"options":{"maxTokens":5}}""")]
    public async Task Post_Prompt_IsAcceptedAndThenAnswered(string body)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var accepted = await PostAsync(host, body);
        var location = accepted.Headers.Location!;
        using var waiting = await host.Client.GetAsync(location, Token);
        var message = Assert.Single(await stack.DrainAsync(QueueAddress.Escalations));
        var handled = await stack.Get<EscalationHandler>().HandleAsync(message, Token);
        using var done = await host.Client.GetAsync(location, Token);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal($"/api/prompts/{(await JsonAsync(accepted))["id"]}", location.ToString());
        Assert.Equal(HttpStatusCode.Accepted, waiting.StatusCode);
        Assert.Equal(Handled.Done, handled);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        var outcome = await JsonAsync(done);
        Assert.Equal(("answered", "An answer."), ((string?)outcome["state"], (string?)outcome["text"]));
        Assert.Equal(3, (int?)outcome["usage"]?["outputTokens"]);
        Assert.False(outcome.AsObject().ContainsKey("journalEpoch"));
        Assert.Empty(await stack.DrainAsync(QueueAddress.Answers(DeviceIds.Direct)));
    }

    [Fact]
    public async Task Post_LargePrompt_GoesByClaim()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var accepted = await PostAsync(host, new JsonObject { ["prompt"] = new string('x', 500_000) }.ToJsonString());

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.NotNull(EventFormat.ReadEnvelope(Assert.Single(await stack.DrainAsync(QueueAddress.Escalations))).DataRef);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"k":"v"}""", 400)]
    [InlineData("""{"prompt":""}""", 400)]
    [InlineData("""{"prompt":"a","messages":[]}""", 400)]
    [InlineData("""{"messages":[]}""", 400)]
    [InlineData("""{"messages":[{"role":"king","content":"SECRET"}]}""", 400)]
    [InlineData("""{"prompt":"SECRET","options":{"temperature":9}}""", 400)]
    [InlineData("""{"prompt":"SECRET","prompt":"b"}""", 400)]
    [InlineData("""{"prompt":"SECRET""", 400)]
    public async Task Post_Invalid_IsAProblemAndNothingIsSent(string body, int status)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await PostAsync(host, body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, (int?)(await JsonAsync(response))["status"]);
        Assert.DoesNotContain(Samples.Secret, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(await stack.DrainAsync(QueueAddress.Escalations));
    }

    [Fact]
    public async Task Post_TooLong_IsRefused()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var beyondPrompt = await PostAsync(
            host, new JsonObject { ["prompt"] = new string('x', Limits.PromptBytes + 1) }.ToJsonString());
        using var beyondBody = await PostAsync(host, new JsonObject { ["prompt"] = new string('x', Limits.DataBytes + 1) }.ToJsonString());

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge), (beyondPrompt.StatusCode, beyondBody.StatusCode));
    }

    [Fact]
    public async Task Post_NoJsonContentType_IsRefused()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var content = new StringContent("""{"prompt":"a"}""", Encoding.UTF8, "text/plain");
        using var response = await host.Client.PostAsync(new Uri("/api/prompts", UriKind.Relative), content, Token);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("no-id")]
    public async Task Get_Unknown_Is404(string id)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await host.Client.GetAsync(new Uri($"/api/prompts/{id}", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Get_Failed_IsTheOutcomeToo()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);
        stack.Model.Reply = _ => FakeModelReply.ContentFilter;

        using var accepted = await PostAsync(host, """{"prompt":"a"}""");
        await stack.Get<EscalationHandler>().HandleAsync(Assert.Single(await stack.DrainAsync(QueueAddress.Escalations)), Token);
        using var done = await host.Client.GetAsync(accepted.Headers.Location, Token);

        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal("filtered", (string?)(await JsonAsync(done))["state"]);
    }

    [Fact]
    public async Task Health_ModelReady_IsOk()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack);

        using var response = await host.Client.GetAsync(new Uri("/api/health", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("ok", (string?)(await JsonAsync(response))["status"]);
    }

    [Fact]
    public async Task Standalone_ForeignHostHeader_IsRefused()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await HostRun.StartAsync(
            CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model), standalone: true);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/health");
        request.Headers.Host = "evil.example";
        using var response = await host.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private Task<HostRun> StartAsync(CloudStack stack) =>
        HostRun.StartAsync(CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model), standalone: false);

    private static async Task<HttpResponseMessage> PostAsync(HostRun host, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/prompts");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        // A body that is too long is refused before it is sent.
        request.Headers.ExpectContinue = true;
        return await host.Client.SendAsync(request, Token);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
}
