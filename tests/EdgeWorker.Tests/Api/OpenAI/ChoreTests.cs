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

    [Theory]
    [InlineData("hybrid", ToolsRoute.Refuse, RouteMode.LocalFirst, "")]
    [InlineData(TestModels.Name, ToolsRoute.Refuse, RouteMode.LocalFirst, "tools")]
    [InlineData(TestModels.Name, ToolsRoute.Cloud, RouteMode.LocalFirst, "")]
    [InlineData("hybrid", ToolsRoute.Cloud, RouteMode.LocalOnly, "tools")]
    public async Task Tools_LocalModelCannot_CloudOrAClear400(string model, object tools, object mode, string param)
    {
        await using var device = await StartAsync(new RoutingOptions { ConfidenceThreshold = 0, Tools = (ToolsRoute)tools, Mode = (RouteMode)mode });
        device.Link.Succeeded();

        var asking = device.AskAsync("chat/completions", Body(model, "How full?").Replace(
            "{\"model\"", """{"tools":[{"type":"function","function":{"name":"read_level"}}],"model" """.TrimEnd(), StringComparison.Ordinal));
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

    public void Dispose() => _folder.Dispose();

    private Task<TestDevice> StartAsync(RoutingOptions routing) => TestDevice.StartAsync(_folder.Path, models.Folder, routing);

    private static string Body(string model, string text) =>
        $$"""{"model":"{{model}}","max_tokens":8,"messages":[{"role":"user","content":"{{JsonEncodedText.Encode(text)}}"}]}""";
}
