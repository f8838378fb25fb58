using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Hybrid.EdgeWorker.Tests.Cli;
using Hybrid.EdgeWorker.Tests.Models;
using Hybrid.ModelWriter;

namespace Hybrid.EdgeWorker.Tests.Clients;

/// <summary>What Open WebUI and Chainlit send, against the real program with a key, and what they need of the answers.</summary>
public sealed class ClientTests(TestModels models) : IAsyncLifetime
{
    private const string Local = "roomy";

    private readonly TemporaryFolder _root = new();
    private string _key = "";
    private EdgeServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Room for a chat's history, at a byte a token.
        ModelFolderWriter.Write(_root.File(Local), ModelShape.Tiny with { ContextLength = 4096 }, new EndlessWeights(), SideFiles.TinyByteLevel());
        var data = _root.File("data");
        _key = (await EdgeProcess.RunAsync(models, ["keys", "add", "client", "--data", data])).Output.Trim();
        _server = await EdgeServer.StartAsync(models, data, ["--mode", "LocalOnly"], ("HYBRID__Models__Path", _root.File(Local)), ("HYBRID__Routing__Tools", "Ignore"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _root.Dispose();
    }

    [Theory]
    [InlineData("open-webui-models")]
    [InlineData("chainlit-models")]
    public async Task Models_HaveIdsToChooseFrom(string name)
    {
        using var response = await SendAsync(name);
        using var body = await JsonAsync(response, HttpStatusCode.OK);

        Assert.Equal("list", body.RootElement.GetProperty("object").GetString());
        var ids = body.RootElement.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        Assert.Equal(["hybrid", Local], ids);
    }

    [Theory]
    [InlineData("open-webui-chat-stream", "hybrid")]
    [InlineData("open-webui-chat-stream-tools", "hybrid")]
    [InlineData("chainlit-chat-stream", "hybrid")]
    [InlineData("chainlit-chat-local", Local)]
    public async Task Chat_Stream_EveryChunkHasItsChoiceAndTheLastSaysWhere(string name, string model)
    {
        var chunks = await StreamAsync(name);

        // Clients that index choices[0] break on a chunk that has none.
        Assert.All(chunks, chunk => Assert.Equal(1, chunk.GetProperty("choices").GetArrayLength()));
        Assert.All(chunks, chunk => Assert.False(chunk.TryGetProperty("usage", out var usage) && usage.ValueKind != JsonValueKind.Null));
        AnswerOf(chunks, model);
        var hybrid = chunks[^1].GetProperty("hybrid");
        Assert.Equal("local", hybrid.GetProperty("route").GetString());
        Assert.False(string.IsNullOrEmpty(hybrid.GetProperty("reason").GetString()));
        Assert.Equal(Local, hybrid.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Chat_StreamWithUsageAsked_OneMoreChunkHasIt()
    {
        var chunks = await StreamAsync("open-webui-chat-stream-usage");

        var usage = chunks[^1];
        Assert.Equal(0, usage.GetProperty("choices").GetArrayLength());
        Assert.True(usage.GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0);
        Assert.Equal(
            usage.GetProperty("usage").GetProperty("total_tokens").GetInt32(),
            usage.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        AnswerOf(chunks[..^1], Local);
    }

    [Theory]
    [InlineData("open-webui-title")]
    [InlineData("open-webui-tags")]
    [InlineData("open-webui-follow-ups")]
    public async Task Chore_IsAnsweredHereAsOneObject(string name)
    {
        using var response = await SendAsync(name);
        using var body = await JsonAsync(response, HttpStatusCode.OK);

        Assert.Equal("chat.completion", body.RootElement.GetProperty("object").GetString());
        var choice = Assert.Single(body.RootElement.GetProperty("choices").EnumerateArray());
        Assert.False(string.IsNullOrEmpty(choice.GetProperty("message").GetProperty("content").GetString()));
        Assert.NotNull(choice.GetProperty("finish_reason").GetString());
        Assert.Equal(("local", "chore"), (response.Headers.GetValues("x-hybrid-route").Single(), response.Headers.GetValues("x-hybrid-reason").Single()));
    }

    [Fact]
    public async Task Embeddings_NoModelForThem_404InOpenAIsShape()
    {
        using var response = await SendAsync("open-webui-embeddings");
        using var body = await JsonAsync(response, HttpStatusCode.NotFound);

        Assert.False(string.IsNullOrEmpty(body.RootElement.GetProperty("error").GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("open-webui-chat-stream")]
    [InlineData("chainlit-chat-stream")]
    public async Task Chat_WrongKey_401AsJsonEvenForAStream(string name)
    {
        using var request = RecordedRequest.Read(name, _key + "0", Local);
        using var response = await _server.Http.SendAsync(request, Token);
        using var body = await JsonAsync(response, HttpStatusCode.Unauthorized);

        Assert.Equal("invalid_api_key", body.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    /// <summary>What both clients do with the chunks: the text in the deltas, and the end where a finish reason stands.</summary>
    private static void AnswerOf(List<JsonElement> chunks, string model)
    {
        Assert.All(chunks, chunk =>
        {
            Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString());
            Assert.Equal(chunks[0].GetProperty("id").GetString(), chunk.GetProperty("id").GetString());
            Assert.Equal(model, chunk.GetProperty("model").GetString());
            Assert.True(chunk.GetProperty("created").GetInt64() > 0);
        });
        var choices = chunks.Select(chunk => chunk.GetProperty("choices")[0]).ToList();
        Assert.Equal("assistant", choices[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.Contains(choices, choice => choice.GetProperty("delta").TryGetProperty("content", out var text) && text.GetString()!.Length > 0);
        Assert.All(choices.SkipLast(1), choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("finish_reason").ValueKind));
        Assert.Contains(choices[^1].GetProperty("finish_reason").GetString(), new[] { "stop", "length" });
    }

    private async Task<HttpResponseMessage> SendAsync(string name)
    {
        using var request = RecordedRequest.Read(name, _key, Local);
        return await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    private async Task<List<JsonElement>> StreamAsync(string name)
    {
        using var response = await SendAsync(name);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        // Open WebUI knows a stream by this alone.
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        await using var content = await response.Content.ReadAsStreamAsync(Token);
        var chunks = new List<JsonElement>();
        var done = false;
        await foreach (var item in SseParser.Create(content).EnumerateAsync(Token))
        {
            Assert.False(done, "Something comes after the end.");
            done = item.Data == "[DONE]";
            if (!done)
            {
                chunks.Add(JsonDocument.Parse(item.Data).RootElement);
            }
        }

        Assert.True(done, "The stream has no end.");
        return chunks;
    }

    private static async Task<JsonDocument> JsonAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(text);
    }
}
