using System.Net;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>Chores of chat programs and prompts with tools, from request to route.</summary>
public sealed class ChoreTests(TestModels models) : IDisposable
{
    private const string Title = "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Output:\nJSON format";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("hybrid")]
    [InlineData("cloud")]
    [InlineData(TestModels.Name)]
    public async Task Chore_IsAnsweredHereWhateverTheModel(string model)
    {
        await using var device = await StartAsync(new RoutingOptions { ConfidenceThreshold = 1 });
        device.Link.Succeeded();

        var reply = await device.AskAsync("chat/completions", Body(model, Title));

        Assert.Equal((HttpStatusCode.OK, "local", "chore"), (reply.Status, reply.Headers["x-hybrid-route"], reply.Headers["x-hybrid-reason"]));
        Assert.Empty(device.Journal.NextToSend("escalations", 10));
    }

    [Fact]
    public async Task Chore_LongerThanTheContext_IsCutAndAnsweredHere()
    {
        await using var device = await StartAsync(new RoutingOptions { ConfidenceThreshold = 1 });
        device.Link.Succeeded();
        var chat = string.Concat(Enumerable.Range(0, 2_000).Select(line => $"\nUSER: How full is tank {line}?"));

        var reply = await device.AskAsync("chat/completions", Body("hybrid", $"{Title}{chat}"));
        var same = await device.AskAsync("chat/completions", Body(TestModels.Name, chat));

        Assert.Equal((HttpStatusCode.OK, "local", "chore"), (reply.Status, reply.Headers["x-hybrid-route"], reply.Headers["x-hybrid-reason"]));
        Assert.InRange(reply.Body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), 100, TestModels.ContextTokens - 64);
        // Nothing else is cut.
        Assert.Equal("context_length_exceeded", same.Error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("hybrid", ToolsRoute.Refuse, RouteMode.LocalFirst, "")]
    [InlineData(TestModels.Name, ToolsRoute.Refuse, RouteMode.LocalFirst, "tools")]
    [InlineData(TestModels.Name, ToolsRoute.Cloud, RouteMode.LocalFirst, "")]
    [InlineData("hybrid", ToolsRoute.Cloud, RouteMode.LocalOnly, "tools")]
    [InlineData(TestModels.Name, ToolsRoute.Ignore, RouteMode.LocalFirst, "tools", ",\"tool_choice\":\"required\"")]
    [InlineData("hybrid", ToolsRoute.Ignore, RouteMode.LocalFirst, "", ",\"tool_choice\":\"required\"")]
    public async Task Tools_LocalModelCannot_CloudOrAClear400(string model, object tools, object mode, string param, string choice = "")
    {
        await using var device = await StartAsync(new RoutingOptions { ConfidenceThreshold = 0, Tools = (ToolsRoute)tools, Mode = (RouteMode)mode });
        device.Link.Succeeded();

        var asking = device.AskAsync("chat/completions", Body(model, "How full?").Replace(
            "{\"model\"", Tool.Replace(",\"model", $"{choice},\"model", StringComparison.Ordinal), StringComparison.Ordinal));
        if (param.Length == 0)
        {
            var prompt = await device.OneEscalatedAsync();
            Assert.Equal(ReasonCode.Tools, prompt.Reason);
            await device.AnswerFromCloudAsync(prompt.Id);
        }

        var reply = await asking.SoonAsync();
        Assert.Equal(param.Length == 0 ? HttpStatusCode.OK : HttpStatusCode.BadRequest, reply.Status);
        Assert.True(param.Length == 0 || reply.Error.GetProperty("param").GetString() == param);
    }

    [Theory]
    [InlineData("hybrid", RouteMode.LocalFirst)]
    [InlineData("hybrid", RouteMode.LocalOnly)]
    [InlineData(TestModels.Name, RouteMode.LocalFirst)]
    public async Task Tools_OnlyOfferedAndToBeIgnored_AreAnsweredWithoutHere(string model, object mode)
    {
        await using var device = await StartAsync(new RoutingOptions { ConfidenceThreshold = 0, Tools = ToolsRoute.Ignore, Mode = (RouteMode)mode });
        device.Link.Succeeded();

        var reply = await device.AskAsync("chat/completions", Body(model, "How full?").Replace("{\"model\"", Tool, StringComparison.Ordinal)).SoonAsync();

        Assert.Equal((HttpStatusCode.OK, "local"), (reply.Status, reply.Headers["x-hybrid-route"]));
    }

    [Fact]
    public async Task LocalOnly_CloudIsNoModel_AndAskingForItIsNotWorthTryingAgain()
    {
        await using var device = await StartAsync(new RoutingOptions { Mode = RouteMode.LocalOnly });
        device.Link.Failed("nobody there");

        var cloud = await device.AskAsync("chat/completions", Body("cloud", "How full?"));
        var unknown = await device.AskAsync("chat/completions", Body("gpt-9", "How full?"));

        Assert.Equal((HttpStatusCode.BadRequest, "no_route"), (cloud.Status, cloud.Error.GetProperty("code").GetString()));
        Assert.DoesNotContain("Retry-After", cloud.Headers.Keys);
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        Assert.EndsWith($"the models are hybrid, {TestModels.Name}.", unknown.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_TheModelCannotPromise_IsNotQuotedInTheLog()
    {
        await using var device = await StartAsync(new RoutingOptions { Mode = RouteMode.LocalOnly });

        var reply = await device.AskAsync(
            "chat/completions",
            Body(TestModels.Name, "a").Replace(
                "{\"model\"",
                """{"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"a secret":{"not":{"type":"null"}}}}}},"model" """.TrimEnd(),
                StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("a secret", reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(device.Log.Lines, line => line.Contains("could not answer", StringComparison.Ordinal));
        Assert.DoesNotContain(device.Log.Lines, line => line.Contains("a secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Chore_WithTools_StaysHere()
    {
        await using var device = await StartAsync(new RoutingOptions { ConfidenceThreshold = 1 });
        device.Link.Succeeded();

        var reply = await device.AskAsync("chat/completions", Body("hybrid", Title).Replace("{\"model\"", Tool, StringComparison.Ordinal)).SoonAsync();

        Assert.Equal((HttpStatusCode.OK, "chore"), (reply.Status, reply.Headers["x-hybrid-reason"]));
        Assert.Empty(device.Journal.NextToSend("escalations", 10));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Instead of the beginning of a body.</summary>
    private const string Tool = "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"read_level\"}}],\"model\"";

    private Task<TestDevice> StartAsync(RoutingOptions routing) => TestDevice.StartAsync(_folder.Path, models.Folder, routing);

    private static string Body(string model, string text) =>
        $$"""{"model":"{{model}}","max_tokens":8,"messages":[{"role":"user","content":"{{JsonEncodedText.Encode(text)}}"}]}""";
}
