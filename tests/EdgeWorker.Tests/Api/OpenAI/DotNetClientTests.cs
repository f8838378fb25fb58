// The responses of the official SDK are still marked experimental.
#pragma warning disable OPENAI001
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Responses;
using MessageRole = Hybrid.Contracts.MessageRole;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>The official OpenAI SDK for .NET against a running device.</summary>
public sealed class DotNetClientTests(TestModels models) : IDisposable
{
    private static readonly RoutingOptions Sure = new() { ConfidenceThreshold = 0 };
    private static readonly RoutingOptions Unsure = new() { ConfidenceThreshold = 1 };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chat_AnswersWithUsageAndFinishReason()
    {
        await using var device = await StartAsync(Sure);

        ChatCompletion answer = await Client(device).GetChatClient("hybrid").CompleteChatAsync(
            [new SystemChatMessage("Be brief."), new UserChatMessage("Which pump?")], new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Token);

        Assert.Equal(device.Journal.List(null, 1)[0].Answer, answer.Content[0].Text);
        Assert.Equal((ChatFinishReason.Length, 8), (answer.FinishReason, answer.Usage.OutputTokenCount));
    }

    [Fact]
    public async Task Stream_GivesTheWholeAnswerAndItsUsage()
    {
        await using var device = await StartAsync(Sure);
        var text = "";
        ChatTokenUsage? usage = null;
        ChatFinishReason? finish = null;

        await foreach (var update in Client(device).GetChatClient(TestModels.Name).CompleteChatStreamingAsync(
            [new UserChatMessage("Which pump?")], new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Token))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
            finish = update.FinishReason ?? finish;
        }

        Assert.Equal(device.Journal.List(null, 1)[0].Answer, text);
        // This SDK always asks for the usage.
        Assert.Equal((8, ChatFinishReason.Length), (usage!.OutputTokenCount, finish));
    }

    [Fact]
    public async Task Stop_EndsTheAnswerBeforeIt()
    {
        await using var device = await StartAsync(Sure);
        var chat = Client(device).GetChatClient(TestModels.Name);
        ChatCompletion whole = await chat.CompleteChatAsync([new UserChatMessage("Which pump?")], new ChatCompletionOptions { MaxOutputTokenCount = 20 }, Token);
        var text = whole.Content[0].Text;
        var stop = text.Substring(text.Length / 2, 3);

        ChatCompletion cut = await chat.CompleteChatAsync(
            [new UserChatMessage("Which pump?")], new ChatCompletionOptions { MaxOutputTokenCount = 20, StopSequences = { stop } }, Token);

        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], cut.Content.Count == 0 ? "" : cut.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, cut.FinishReason);
    }

    [Fact]
    public async Task Seed_SameSeedSameAnswer()
    {
        await using var device = await StartAsync(Sure);
        var chat = Client(device).GetChatClient(TestModels.Name);

        var answers = new List<string>();
        foreach (var seed in (long[])[7, 7, 8])
        {
            ChatCompletion answer = await chat.CompleteChatAsync(
                [new UserChatMessage("Which pump?")], new ChatCompletionOptions { MaxOutputTokenCount = 20, Temperature = 1.5f, Seed = seed }, Token);
            answers.Add(answer.Content[0].Text);
        }

        Assert.Equal(answers[0], answers[1]);
        Assert.NotEqual(answers[0], answers[2]);
    }

    [Fact]
    public async Task LogProbs_OneForEachToken()
    {
        await using var device = await StartAsync(Sure);

        ChatCompletion answer = await Client(device).GetChatClient("hybrid").CompleteChatAsync(
            [new UserChatMessage("Which pump?")],
            new ChatCompletionOptions { MaxOutputTokenCount = 5, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 }, Token);

        Assert.Equal(5, answer.ContentTokenLogProbabilities.Count);
        Assert.All(answer.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
        Assert.Equal(answer.Content[0].Text, string.Concat(answer.ContentTokenLogProbabilities.Select(token => token.Token)));
    }

    [Fact]
    public async Task JsonSchema_AnswerHoldsToIt()
    {
        await using var device = await StartAsync(Sure);
        var format = ChatResponseFormat.CreateJsonSchemaFormat(
            "verdict",
            BinaryData.FromString("""{"type":"object","properties":{"verdict":{"enum":["open","closed"]}},"required":["verdict"],"additionalProperties":false}"""),
            jsonSchemaIsStrict: true);

        ChatCompletion answer = await Client(device).GetChatClient(TestModels.Name).CompleteChatAsync(
            [new UserChatMessage("Is the valve open?")], new ChatCompletionOptions { MaxOutputTokenCount = 100, ResponseFormat = format }, Token);

        var verdict = JsonDocument.Parse(answer.Content[0].Text).RootElement.GetProperty("verdict").GetString();
        Assert.Contains(verdict, (string[])["open", "closed"]);
    }

    [Fact]
    public async Task Tools_FromTheCloud_ComeAsCalls()
    {
        await using var device = await StartAsync(Sure);
        device.Link.Succeeded();
        var tool = ChatTool.CreateFunctionTool("read_level", "Reads a level.", BinaryData.FromString("""{"type":"object","properties":{"tank":{"type":"string"}}}"""));
        var asking = Client(device).GetChatClient("hybrid").CompleteChatAsync(
            [new UserChatMessage("How full is tank 4?")], new ChatCompletionOptions { Tools = { tool }, ToolChoice = ChatToolChoice.CreateRequiredChoice() }, Token);
        var prompt = await device.OneEscalatedAsync();
        Assert.Equal((ReasonCode.Tools, "read_level", "required"), (prompt.Reason, prompt.Options!.Tools![0].Name, prompt.Options.ToolChoice));

        await device.AnswerFromCloudAsync(prompt.Id, "", [new PromptToolCall("call_1", "read_level", "{\"tank\":\"4\"}")]);

        ChatCompletion answer = await asking;
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        var call = Assert.Single(answer.ToolCalls);
        Assert.Equal(("call_1", "read_level", "{\"tank\":\"4\"}"), (call.Id, call.FunctionName, call.FunctionArguments.ToString()));

        // The result goes back, and the conversation on.
        var going = Client(device).GetChatClient("hybrid").CompleteChatAsync(
            [new UserChatMessage("How full is tank 4?"), new AssistantChatMessage(answer), new ToolChatMessage("call_1", "12 l")],
            new ChatCompletionOptions { Tools = { tool } }, Token);
        var next = await device.OneEscalatedAsync();
        Assert.Equal((MessageRole.Tool, "call_1", "12 l"), (next.Messages[^1].Role, next.Messages[^1].ToolCallId, next.Messages[^1].Content));
        Assert.Equal("{\"tank\":\"4\"}", next.Messages[^2].ToolCalls![0].Arguments);
        await device.AnswerFromCloudAsync(next.Id, "12 litres");
        Assert.Equal("12 litres", (await going).Value.Content[0].Text);
    }

    [Theory]
    [InlineData("gpt-9", 404)]
    [InlineData("hybrid", 400)]
    public async Task Errors_AreMapped(string model, int status)
    {
        await using var device = await StartAsync(Sure);

        var exception = await Assert.ThrowsAsync<ClientResultException>(() => Client(device).GetChatClient(model).CompleteChatAsync(
            [new UserChatMessage("Which pump?")], new ChatCompletionOptions { Temperature = status == 404 ? 1 : 9 }, Token));

        Assert.Equal(status, exception.Status);
        Assert.Contains(status == 404 ? "model_not_found" : "temperature", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_AfterABrokenLine_EscalatesOnce()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        using var line = new CutLine();
        using var http = new HttpClient(line);
        var client = Client(device, http);

        var asking = client.GetChatClient("hybrid").CompleteChatAsync([new UserChatMessage("Which pump?")], cancellationToken: Token);
        var prompt = (await device.OneEscalatedAsync()).Id;
        // The line breaks, and the client comes back by itself.
        line.Cut();
        await line.CameBack.SoonAsync();
        await device.AnswerFromCloudAsync(prompt);

        Assert.Equal("from the cloud", (await asking).Value.Content[0].Text);
        Assert.Single(device.Journal.List(null, 10));
    }

    [Fact]
    public async Task Cancellation_CancelsThePrompt()
    {
        await using var device = await StartAsync(Sure, works: false);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = Client(device).GetChatClient("hybrid").CompleteChatAsync([new UserChatMessage("Which pump?")], cancellationToken: leaving.Token);
        await Eventually.HoldsAsync(() => device.Journal.OpenCount == 1);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.HoldsAsync(() => device.Journal.List(PromptState.Failed, 1).Count == 1);
        Assert.Equal(ReasonCode.Cancelled, device.Journal.List(null, 1)[0].Reason);
    }

    [Fact]
    public async Task Models_AreListed()
    {
        await using var device = await StartAsync(Sure);
        var client = Client(device).GetOpenAIModelClient();

        var names = (await client.GetModelsAsync(Token)).Value.Select(model => model.Id);
        var one = (await client.GetModelAsync(TestModels.Name, Token)).Value;

        Assert.Equal(["hybrid", TestModels.Name, "cloud"], names);
        Assert.Equal((TestModels.Name, "hybrid"), (one.Id, one.OwnedBy));
    }

    [Fact]
    public async Task Embeddings_AreUnitVectorsInBothFormats()
    {
        using var folder = new EmbeddingFolder();
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, Sure, embeddings: folder.Path);

        // This SDK asks for base64.
        OpenAIEmbeddingCollection found = await Client(device).GetEmbeddingClient("embed").GenerateEmbeddingsAsync(["hello pump", "the valve"], cancellationToken: Token);
        var plain = await device.AskAsync("embeddings", """{"model":"embed","input":["hello pump","the valve"],"encoding_format":"float"}""");

        Assert.Equal(2, found.Count);
        Assert.True(found.Usage.InputTokenCount > 0);
        for (var index = 0; index < 2; index++)
        {
            var vector = found[index].ToFloats().ToArray();
            Assert.Equal(EmbeddingFolder.Dimensions, vector.Length);
            Assert.Equal(1, Math.Sqrt(vector.Sum(value => value * value)), 4);
            Assert.Equal(
                vector, plain.Body.GetProperty("data")[index].GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()));
        }

        Assert.Contains("embed", (await Client(device).GetOpenAIModelClient().GetModelsAsync(Token)).Value.Select(model => model.Id));
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => Client(device).GetEmbeddingClient("embed").GenerateEmbeddingAsync(
            "hello", new EmbeddingGenerationOptions { Dimensions = 3 }, Token));
        Assert.Equal(400, refused.Status);
        Assert.Equal(400, (int)(await device.AskAsync("embeddings", """{"model":"embed","input":[1,2]}""")).Status);
    }

    [Fact]
    public async Task Responses_AnswerAndGoOn()
    {
        await using var device = await StartAsync(Sure);
        var client = Client(device).GetResponsesClient();

        ResponseResult first = await client.CreateResponseAsync(
            new CreateResponseOptions("hybrid", [ResponseItem.CreateUserMessageItem("Which pump?")]) { Instructions = "Be brief.", MaxOutputTokenCount = 8 }, Token);
        ResponseResult second = await client.CreateResponseAsync(
            new CreateResponseOptions("hybrid", [ResponseItem.CreateUserMessageItem("And why?")]) { PreviousResponseId = first.Id, MaxOutputTokenCount = 8 }, Token);
        ResponseResult again = await client.GetResponseAsync(second.Id, Token);

        var prompt = device.Journal.Find(Guid.ParseExact(second.Id["resp_".Length..], "N"))!;
        Assert.Equal(prompt.Answer, second.GetOutputText());
        Assert.Equal(second.GetOutputText(), again.GetOutputText());
        Assert.Equal((ResponseStatus.Incomplete, first.Id, 8), (second.Status, second.PreviousResponseId, second.Usage.OutputTokenCount));
        Assert.Equal(
            [(MessageRole.User, "Which pump?"), (MessageRole.Assistant, first.GetOutputText()), (MessageRole.User, "And why?")],
            prompt.Messages.Select(message => (message.Role, message.Content)));
    }

    [Fact]
    public async Task Responses_Stream_EventsInOrder()
    {
        await using var device = await StartAsync(Sure);
        var kinds = new List<StreamingResponseUpdateKind>();
        var text = "";
        var numbers = new List<int>();

        await foreach (var update in Client(device).GetResponsesClient().CreateResponseStreamingAsync(
            new CreateResponseOptions(TestModels.Name, [ResponseItem.CreateUserMessageItem("Which pump?")]) { MaxOutputTokenCount = 4, StreamingEnabled = true }, Token))
        {
            numbers.Add(update.SequenceNumber);
            if (kinds.Count == 0 || kinds[^1] != update.Kind)
            {
                kinds.Add(update.Kind);
            }

            text += (update as StreamingResponseOutputTextDeltaUpdate)?.Delta;
        }

        Assert.Equal(
            [
                StreamingResponseUpdateKind.ResponseCreated, StreamingResponseUpdateKind.ResponseInProgress, StreamingResponseUpdateKind.ResponseOutputItemAdded,
                StreamingResponseUpdateKind.ResponseContentPartAdded, StreamingResponseUpdateKind.ResponseOutputTextDelta,
                StreamingResponseUpdateKind.ResponseOutputTextDone, StreamingResponseUpdateKind.ResponseContentPartDone,
                StreamingResponseUpdateKind.ResponseOutputItemDone, StreamingResponseUpdateKind.ResponseIncomplete,
            ],
            kinds);
        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        Assert.Equal(device.Journal.List(null, 1)[0].Answer, text);
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestDevice> StartAsync(RoutingOptions routing, bool works = true, ApiOptions? api = null) =>
        TestDevice.StartAsync(_folder.Path, models.Folder, routing, works: works, api: api);

    private static OpenAIClient Client(TestDevice device, HttpClient? http = null) => new(
        new ApiKeyCredential("none"),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(device.Http.BaseAddress!, "v1"),
            Transport = http is null ? null : new HttpClientPipelineTransport(http),
        });
}
