using System.Text.Json;
using Hybrid.CloudFunctions.Models;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Inference.Folders;
using Hybrid.ModelWriter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hybrid.CloudFunctions.Tests.Models;

/// <summary>The providers, without a queue.</summary>
public sealed class LargeModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hybrid-large-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_AzureOpenAIWithKey_CallsTheDeployment()
    {
        await using var server = await ModelEndpoint.StartAsync(Token);

        var answer = await AskAsync(
            Azure(server),
            new PromptOptions(100, 0.5, 0.5, ["END"], 7));

        Assert.Equal(("An answer.", FakeModelReply.Model), (answer.Text, answer.Model));
        var call = Assert.Single(server.Calls);
        Assert.Equal(("/openai/deployments/my-gpt/chat/completions", "k-1"), (call.Path, call.Authorization));
    }

    [Fact]
    public async Task Ask_AzureOpenAIContentFilter_IsFiltered()
    {
        await using var server = await ModelEndpoint.StartAsync(Token);
        server.Reply = _ => FakeModelReply.ContentFilter;

        var answer = await AskAsync(
            Azure(server));

        Assert.Equal((CloudOutcome.Filtered, "my-gpt"), (answer.Outcome, answer.Model));
    }

    [Theory]
    [InlineData(nameof(ModelProvider.AzureOpenAI), false, CloudOutcome.Answered)]
    [InlineData(nameof(ModelProvider.OpenAI), false, CloudOutcome.Answered)]
    [InlineData(nameof(ModelProvider.OpenAI), true, CloudOutcome.Filtered)]
    public async Task Ask_ModelDeclines_ItsWordsAreKept(string provider, bool json, CloudOutcome expected)
    {
        await using var server = await ModelEndpoint.StartAsync(Token);
        server.Reply = _ => FakeModelReply.Refusal("I cannot help with that.");

        var answer = await AskAsync(Remote(Enum.Parse<ModelProvider>(provider), server), new PromptOptions(Json: json));

        Assert.Equal(expected, answer.Outcome);
        Assert.Contains("I cannot help with that.", answer.Text ?? answer.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(FakeModelReply.OutputTokens, answer.Usage!.OutputTokens);
    }

    [Fact]
    public async Task Ask_OpenAIWithKey_SendsIt()
    {
        await using var server = await ModelEndpoint.StartAsync(Token);

        await AskAsync(new ModelOptions { Provider = ModelProvider.OpenAI, Endpoint = server.OpenAIEndpoint, Model = "m", ApiKey = "k-2" });

        var call = Assert.Single(server.Calls);
        Assert.Equal(("/v1/chat/completions", "Bearer k-2"), (call.Path, call.Authorization));
        Assert.Contains("\"model\":\"m\"", call.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OpenAIUnreachable_IsUnavailable()
    {
        var server = await ModelEndpoint.StartAsync(Token);
        var options = new ModelOptions
        {
            Provider = ModelProvider.OpenAI,
            Endpoint = server.OpenAIEndpoint,
            Model = "m",
            TotalTime = TimeSpan.FromMilliseconds(400),
        };
        await server.DisposeAsync();

        var exception = await Assert.ThrowsAsync<ModelUnavailableException>(() => AskAsync(options));

        Assert.Equal("unreachable", exception.Code);
    }

    [Fact]
    public async Task Ask_Onnx_AnswersWithUsage()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), new PromptOptions(MaxTokens: 4));

        Assert.Equal((CloudOutcome.Answered, Path.GetFileName(_folder), "length"), (answer.Outcome, answer.Model, answer.FinishReason));
        Assert.Equal(4, answer.Usage?.OutputTokens);
        Assert.Equal("EUR", answer.Cost?.Currency);
    }

    [Fact]
    public async Task Ask_OnnxPromptTooLong_IsFailed()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), text: new string('x', 5000));

        Assert.Equal((CloudOutcome.Failed, "too_long"), (answer.Outcome, answer.Error?.Code));
    }

    [Fact]
    public async Task Ask_OnnxSchemaThatCannotBePromised_SaysWhere()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), new PromptOptions(Json: true, Schema: new AnswerSchema("a", JsonElement.Parse("""{"not":{}}"""))));

        Assert.Equal((CloudOutcome.Failed, "unsupported"), (answer.Outcome, answer.Error?.Code));
        Assert.Contains("/not", answer.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OnnxTools_IsFailed()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), new PromptOptions(Tools: [new PromptTool("read_level")]));

        Assert.Equal((CloudOutcome.Failed, "unsupported"), (answer.Outcome, answer.Error?.Code));
    }

    [Fact]
    public async Task Ask_OnnxLogProbs_OneForEachToken()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), new PromptOptions(MaxTokens: 4, TopLogProbs: 2));

        Assert.Equal(4, answer.LogProbs?.Count);
        Assert.All(answer.LogProbs!, token => Assert.Equal(2, token.Top?.Count));
    }

    [Theory]
    [InlineData(ModelProvider.AzureOpenAI)]
    [InlineData(ModelProvider.OpenAI)]
    public async Task Ask_Tools_AreSentAndTheCallComesBackAsWritten(object provider)
    {
        await using var server = await ModelEndpoint.StartAsync(Token);
        server.Reply = _ => FakeModelReply.ToolCall("call_1", "read_level", "{ \"tank\": 4 }");

        var answer = await AskAsync(Remote((ModelProvider)provider, server), new PromptOptions(
            Tools: [new PromptTool("read_level", "Reads a level.", System.Text.Json.JsonElement.Parse("""{"type":"object","properties":{"tank":{"type":"integer"}}}"""), true)],
            ToolChoice: "function", ToolName: "read_level", ParallelToolCalls: false));

        Assert.Equal((CloudOutcome.Answered, "", "tool_calls"), (answer.Outcome, answer.Text, answer.FinishReason));
        Assert.Equal(new PromptToolCall("call_1", "read_level", "{ \"tank\": 4 }"), Assert.Single(answer.ToolCalls!));
        var body = System.Text.Json.JsonDocument.Parse(Assert.Single(server.Calls).Body).RootElement;
        var function = body.GetProperty("tools")[0].GetProperty("function");
        Assert.Equal(("read_level", "Reads a level.", true), (
            function.GetProperty("name").GetString(), function.GetProperty("description").GetString(), function.GetProperty("strict").GetBoolean()));
        Assert.Equal("integer", function.GetProperty("parameters").GetProperty("properties").GetProperty("tank").GetProperty("type").GetString());
        Assert.Equal("read_level", body.GetProperty("tool_choice").GetProperty("function").GetProperty("name").GetString());
        Assert.False(body.GetProperty("parallel_tool_calls").GetBoolean());
    }

    [Theory]
    [InlineData(ModelProvider.AzureOpenAI)]
    [InlineData(ModelProvider.OpenAI)]
    public async Task Ask_EveryOption_IsSent(object provider)
    {
        await using var server = await ModelEndpoint.StartAsync(Token);
        server.Reply = _ => FakeModelReply.LogProb("12", -0.5, "10");

        var answer = await AskAsync(Remote((ModelProvider)provider, server), new PromptOptions(
            FrequencyPenalty: 0.5, PresencePenalty: -0.5, TopLogProbs: 3, User: "u-1", Json: true,
            Schema: new AnswerSchema("level", System.Text.Json.JsonElement.Parse("""{"type":"object","properties":{},"additionalProperties":false}"""), "A level.", true)));

        var token = Assert.Single(answer.LogProbs!);
        Assert.Equal(("12", -0.5, "10"), (
            System.Text.Encoding.UTF8.GetString(token.Bytes), token.LogProbability, System.Text.Encoding.UTF8.GetString(token.Top![0].Bytes)));
        var body = System.Text.Json.JsonDocument.Parse(Assert.Single(server.Calls).Body).RootElement;
        Assert.Equal((0.5, -0.5, 3, "u-1"), (
            body.GetProperty("frequency_penalty").GetDouble(), body.GetProperty("presence_penalty").GetDouble(), body.GetProperty("top_logprobs").GetInt32(),
            body.GetProperty("user").GetString()));
        Assert.True(body.GetProperty("logprobs").GetBoolean());
        var schema = body.GetProperty("response_format").GetProperty("json_schema");
        Assert.Equal(("level", true), (schema.GetProperty("name").GetString(), schema.GetProperty("strict").GetBoolean()));
    }

    [Theory]
    [InlineData("{\"level\": 12}", "stop", CloudOutcome.Answered)]
    [InlineData("The level is 12.", "stop", CloudOutcome.Failed)]
    [InlineData("", "stop", CloudOutcome.Failed)]
    [InlineData("{\"level\": 1", "length", CloudOutcome.Answered)]
    public async Task Ask_JsonFromAProviderThatMayIgnoreIt_IsJsonOrNoAnswer(string text, string finish, CloudOutcome expected)
    {
        await using var server = await ModelEndpoint.StartAsync(Token);
        server.Reply = _ => FakeModelReply.Answer(text, finish);

        var answer = await AskAsync(Remote(ModelProvider.OpenAI, server), new PromptOptions(Json: true, Stop: ["1"]));

        Assert.Equal((expected, expected == CloudOutcome.Failed ? "invalid_json" : null), (answer.Outcome, answer.Error?.Code));
        // Paid for in either case.
        Assert.Equal(FakeModelReply.OutputTokens, answer.Usage!.OutputTokens);
        var body = Assert.Single(server.Calls).Body;
        Assert.Contains("json_object", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"stop\":[", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_ConversationWithTools_IsSentWhole()
    {
        await using var server = await ModelEndpoint.StartAsync(Token);
        PromptMessage[] messages =
        [
            new(MessageRole.User, "How full is tank 4?"),
            new(MessageRole.Assistant, "", ToolCalls: [new PromptToolCall("call_1", "read_level", "{\"tank\":4}"), new PromptToolCall("call_2", "read_level", "no JSON")]),
            new(MessageRole.Tool, "12 l", ToolCallId: "call_1"),
            new(MessageRole.Tool, "0 l", ToolCallId: "call_2"),
        ];

        await AskAsync(Remote(ModelProvider.OpenAI, server), new PromptOptions(Tools: [new PromptTool("read_level")]), messages: messages);

        var sent = System.Text.Json.JsonDocument.Parse(Assert.Single(server.Calls).Body).RootElement.GetProperty("messages");
        Assert.Equal(["user", "assistant", "tool", "tool"], sent.EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        var calls = sent[1].GetProperty("tool_calls");
        Assert.Equal(4, System.Text.Json.JsonDocument.Parse(calls[0].GetProperty("function").GetProperty("arguments").GetString()!).RootElement.GetProperty("tank").GetInt32());
        Assert.Contains("no JSON", calls[1].GetProperty("function").GetProperty("arguments").GetString(), StringComparison.Ordinal);
        Assert.Equal("call_2", sent[3].GetProperty("tool_call_id").GetString());
    }

    [Fact]
    public async Task Get_OnnxFolderDamaged_SaysSo()
    {
        await using var source = new ModelSource(Onnx(), TimeProvider.System);

        await Assert.ThrowsAsync<ModelFolderException>(() => source.GetAsync(Token));

        Assert.False(source.IsReady);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteTiny() => ModelFolderWriter.Write(_folder, ModelShape.Tiny, new RandomWeights(1), SideFiles.TinyByteLevel());

    private static ModelOptions Azure(ModelEndpoint server) => new()
    {
        Provider = ModelProvider.AzureOpenAI,
        Endpoint = server.AzureEndpoint,
        Deployment = "my-gpt",
        ApiKey = "k-1",
    };

    private static ModelOptions Remote(ModelProvider provider, ModelEndpoint server) => provider == ModelProvider.AzureOpenAI
        ? Azure(server)
        : new ModelOptions { Provider = provider, Endpoint = server.OpenAIEndpoint, Model = "m", ApiKey = "k-2" };

    private ModelOptions Onnx() => new() { Provider = ModelProvider.Onnx, Path = _folder, Threads = 1 };

    private static async Task<ModelAnswer> AskAsync(ModelOptions options, PromptOptions? wishes = null, string? text = null, IReadOnlyList<PromptMessage>? messages = null)
    {
        var failures = new List<string>();
        var prices = PriceList.Read(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                [$"Prices:{options.Name}:InputPerMillion"] = "1",
                [$"Prices:{options.Name}:OutputPerMillion"] = "1",
                [$"Prices:{options.Name}:Currency"] = "EUR",
            }).Build(),
            failures);
        var prompt = Samples.Escalation("device", options: wishes, text: text);
        await using var source = new ModelSource(options, TimeProvider.System);
        return await new LargeModel(source, options, prices, TimeProvider.System, NullLogger<LargeModel>.Instance)
            .AskAsync(messages is null ? prompt : prompt with { Messages = messages }, Token);
    }
}
