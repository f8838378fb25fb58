using System.Net;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;
using Hybrid.ModelWriter;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary><c>POST /v1/chat/completions</c> on the wire, with a real model that has nothing to say.</summary>
public sealed class ChatTests(TestModels models) : IDisposable
{
    private const string Chat = "chat/completions";
    private const string Hello = """{"model":"hybrid","max_tokens":8,"messages":[{"role":"user","content":"Which pump?"}]}""";
    private const string HelloStream = """{"model":"hybrid","max_tokens":8,"stream":true,"messages":[{"role":"user","content":"Which pump?"}]}""";

    private static readonly RoutingOptions Sure = new() { ConfidenceThreshold = 0 };
    private static readonly RoutingOptions Unsure = new() { ConfidenceThreshold = 1 };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plain_Local_OpenAIsShapeAndWhereItCameFrom()
    {
        await using var device = await StartAsync(Sure);

        var reply = await device.AskAsync(Chat, Hello);

        var prompt = device.Journal.Find(reply.PromptId)!;
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(("local", "mode"), (reply.Headers["x-hybrid-route"], reply.Headers["x-hybrid-reason"]));
        Assert.StartsWith("req_", reply.Headers["x-request-id"], StringComparison.Ordinal);
        Assert.InRange(double.Parse(reply.Headers["x-hybrid-confidence"], System.Globalization.CultureInfo.InvariantCulture), 0, 1);
        Assert.Equal(("chat.completion", "hybrid"), (reply.Body.GetProperty("object").GetString(), reply.Body.GetProperty("model").GetString()));
        Assert.Equal($"chatcmpl-{prompt.Id:N}", reply.Body.GetProperty("id").GetString());
        Assert.Equal(prompt.Answer, reply.Content);
        var choice = reply.Body.GetProperty("choices")[0];
        Assert.Equal((0, "length", "assistant"), (
            choice.GetProperty("index").GetInt32(), choice.GetProperty("finish_reason").GetString(), choice.GetProperty("message").GetProperty("role").GetString()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        var usage = reply.Body.GetProperty("usage");
        Assert.Equal(8, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(
            usage.GetProperty("prompt_tokens").GetInt32() + 8, usage.GetProperty("total_tokens").GetInt32());
        Assert.Equal(TestModels.Name, reply.Body.GetProperty("hybrid").GetProperty("model").GetString());
    }

    [Fact]
    public async Task Stream_Hold_EndsOnlyAfterTheCommitWithoutUsage()
    {
        await using var device = await StartAsync(Sure);

        var items = new List<StreamItem>();
        await foreach (var item in device.StreamAsync(Chat, HelloStream, cancellationToken: Token))
        {
            items.Add(item);
            Assert.True(items.Count == 1 || device.Journal.List(null, 1)[0].IsFinal);
        }

        var prompt = device.Journal.List(null, 1)[0];
        Assert.Equal("[DONE]", items[^1].Text);
        var chunks = items[..^1].Select(item => item.Data).ToList();
        Assert.All(chunks, chunk => Assert.Equal(1, chunk.GetProperty("choices").GetArrayLength()));
        Assert.All(chunks, chunk => Assert.False(chunk.TryGetProperty("usage", out _)));
        Assert.Equal("assistant", chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.Equal(prompt.Answer, TextOf(chunks));
        Assert.Equal("length", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        var hybrid = chunks[^1].GetProperty("hybrid");
        Assert.Equal((prompt.Id, "local", "mode"), (
            hybrid.GetProperty("prompt_id").GetGuid(), hybrid.GetProperty("route").GetString(), hybrid.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Stream_PinnedLocal_StreamsAtOnceWithUsageWhenAsked()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();

        var items = await device.StreamAsync(
            Chat,
            $$"""{"model":"{{TestModels.Name}}","max_tokens":8,"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Which pump?"}]}""",
            cancellationToken: Token).ToListAsync(Token);

        var chunks = items[..^1].Select(item => item.Data).ToList();
        Assert.True(chunks.Count > 5);
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(8, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.All(chunks[..^1], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal("pinned", chunks[^1].GetProperty("hybrid").GetProperty("reason").GetString());
        Assert.Equal("pinned", chunks[^2].GetProperty("hybrid").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("hybrid")]
    [InlineData(TestModels.Name)]
    public async Task LogProbs_PlainStreamedAndHeld_AreTheSameTokens(string model)
    {
        await using var device = await StartAsync(Sure);
        var body = $$"""{"model":"{{model}}","max_tokens":6,"logprobs":true,"top_logprobs":3,"messages":[{"role":"user","content":"Which pump?"}]}""";

        var plain = await device.AskAsync(Chat, body);
        var streamed = await device.StreamAsync(Chat, body.Replace("{\"model\"", "{\"stream\":true,\"model\"", StringComparison.Ordinal), cancellationToken: Token)
            .ToListAsync(Token);

        var tokens = plain.Body.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(6, tokens.Count);
        Assert.All(tokens, token =>
        {
            Assert.InRange(token.GetProperty("logprob").GetDouble(), double.MinValue, 0);
            Assert.Equal(3, token.GetProperty("top_logprobs").GetArrayLength());
        });
        Assert.Equal(
            plain.Content,
            System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(token => token.GetProperty("bytes").EnumerateArray()).Select(value => value.GetByte())]));
        var pieces = streamed[..^1].Select(item => item.Data.GetProperty("choices")[0].GetProperty("logprobs"))
            .Where(probs => probs.ValueKind == System.Text.Json.JsonValueKind.Object)
            .SelectMany(probs => probs.GetProperty("content").EnumerateArray());
        Assert.Equal(tokens.Select(token => token.GetProperty("token").GetString()), pieces.Select(token => token.GetProperty("token").GetString()));
    }

    [Fact]
    public async Task Stream_Cloud_HeartbeatsThenTheAnswer()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/{Chat}") { Content = new StringContent(HelloStream, null, "application/json") };
        var sending = device.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        var prompt = await device.OneEscalatedAsync();
        await device.Time.RunUntilAsync(sending, TimeSpan.FromSeconds(1));
        using var response = await sending;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Token));

        var beating = ReadUntilAsync(lines, ": waiting");
        await device.Time.RunUntilAsync(beating, TimeSpan.FromSeconds(1));
        await device.AnswerFromCloudAsync(prompt.Id);
        var rest = await lines.ReadToEndAsync(Token).SoonAsync();

        Assert.Contains("from the cloud", rest, StringComparison.Ordinal);
        Assert.Contains("\"route\":\"cloud\",\"reason\":\"unsure\"", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"MODEL","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"not":{"type":"null"}}}}""", 400, "unsupported", "response_format.json_schema.schema")]
    [InlineData("""{"model":"MODEL","messages":[{"role":"user","content":"LONG"}]""", 400, "context_length_exceeded", "messages")]
    [InlineData("""{"model":"cloud","messages":[{"role":"user","content":"a"}]""", 503, "offline", null)]
    [InlineData("""{"model":"hybrid","messages":[{"role":"user","content":"LONG"}]""", 503, "offline", null)]
    [InlineData("""{"model":"hybrid","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"not":{}}}}""", 503, "offline", null)]
    public async Task Stream_RefusedBeforeItsFirstText_SaysSoByItsStatus(string body, int status, string code, string? param)
    {
        await using var device = await StartAsync(Sure);
        device.Link.Failed("nobody there");

        var reply = await device.AskAsync(
            Chat,
            body.Replace("MODEL", TestModels.Name, StringComparison.Ordinal).Replace("LONG", new string('x', 5000), StringComparison.Ordinal) + ",\"stream\":true}");

        Assert.Equal((status, code, param), ((int)reply.Status, reply.Error.GetProperty("code").GetString(), reply.Error.GetProperty("param").GetString()));
        Assert.Equal(status == 503, reply.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task Json_StopInside_IsWholeAllTheSame()
    {
        await using var device = await StartAsync(Sure);

        var reply = await device.AskAsync(
            Chat,
            $$"""
            {"model":"{{TestModels.Name}}","max_tokens":64,"stop":["true"],"messages":[{"role":"user","content":"a"}],
             "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"const":[true]} } } }
            """);

        Assert.Equal((HttpStatusCode.OK, "stop"), (reply.Status, reply.Body.GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
        using var json = JsonDocument.Parse(reply.Content!);
        Assert.True(json.RootElement[0].GetBoolean());
    }

    [Theory]
    [InlineData(false, "cloud_late")]
    [InlineData(true, "cloud_late")]
    [InlineData(false, "deadline")]
    [InlineData(true, "deadline")]
    public async Task CloudLate_Draft_IsGivenAndMarked(bool stream, string reason)
    {
        // Whichever comes first: the caller's patience, or the prompt's own.
        await using var device = await StartAsync(
            Unsure, reason == "deadline" ? new PipelineOptions { InteractiveDeadline = TimeSpan.FromMinutes(1) } : null);
        device.Link.Succeeded();

        if (stream)
        {
            var asking = HelloStream.Replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}", StringComparison.Ordinal);
            Assert.NotEqual(HelloStream, asking);
            var reading = device.StreamAsync(Chat, asking, cancellationToken: Token).ToListAsync(Token).AsTask();
            await device.OneEscalatedAsync();
            await device.Time.RunUntilAsync(reading, TimeSpan.FromSeconds(5));
            var chunks = await reading;
            var last = chunks[^3].Data;
            Assert.True(last.GetProperty("hybrid").GetProperty("draft").GetBoolean());
            Assert.Equal(reason, last.GetProperty("hybrid").GetProperty("reason").GetString());
            Assert.Equal("length", last.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
            Assert.True(chunks[^2].Data.GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0);
        }
        else
        {
            var asking = device.AskAsync(Chat, Hello);
            await device.OneEscalatedAsync();
            await device.Time.RunUntilAsync(asking, TimeSpan.FromSeconds(5));
            var reply = await asking;
            Assert.Equal((HttpStatusCode.OK, "true", "local", reason), (
                reply.Status, reply.Headers["x-hybrid-draft"], reply.Headers["x-hybrid-route"], reply.Headers["x-hybrid-reason"]));
            Assert.Equal(device.Journal.Find(reply.PromptId)!.Draft, reply.Content);
            // The draft was cut off, and nobody may take it for whole.
            Assert.Equal("length", reply.Body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
            Assert.True(reply.Body.GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0);
        }

        if (reason == "cloud_late")
        {
            // The escalation goes on.
            var prompt = await device.OneEscalatedAsync();
            Assert.Equal(Hybrid.EdgeWorker.Journal.CloudVerdict.Applied, await device.AnswerFromCloudAsync(prompt.Id));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CloudWait_Error_504WithThePromptsId(bool stream)
    {
        await using var device = await StartAsync(Unsure, api: new ApiOptions { OnCloudWait = CloudWaitEnd.Error });
        device.Link.Succeeded();

        if (stream)
        {
            var reading = device.StreamAsync(Chat, HelloStream, cancellationToken: Token).ToListAsync(Token).AsTask();
            var prompt = await device.OneEscalatedAsync();
            await device.Time.RunUntilAsync(reading, TimeSpan.FromSeconds(5));
            var last = (await reading)[^1];
            Assert.Equal(("error", "cloud_timeout"), (last.Name, last.Data.GetProperty("error").GetProperty("code").GetString()));
            Assert.Contains(prompt.Id.ToString(), last.Text, StringComparison.Ordinal);
        }
        else
        {
            var asking = device.AskAsync(Chat, Hello);
            var prompt = await device.OneEscalatedAsync();
            await device.Time.RunUntilAsync(asking, TimeSpan.FromSeconds(5));
            var reply = await asking;
            Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout_error"), (reply.Status, reply.Error.GetProperty("type").GetString()));
            Assert.Equal(prompt.Id, reply.PromptId);
        }
    }

    [Fact]
    public async Task Leave_LocalGeneration_IsCancelled()
    {
        await using var device = await StartAsync(Sure, works: false);

        await LeaveAsync(device, HelloStream);

        await Eventually.HoldsAsync(() => device.Journal.List(PromptState.Failed, 1).Count == 1);
        Assert.Equal(ReasonCode.Cancelled, device.Journal.List(null, 1)[0].Reason);
    }

    [Fact]
    public async Task Leave_WhileTheModelWrites_ItStops()
    {
        // Long enough to be still writing when the caller is noticed to have gone.
        using var root = new TemporaryFolder();
        var folder = root.File("patient");
        ModelFolderWriter.Write(folder, ModelShape.Tiny with { ContextLength = 16_384 }, new EndlessWeights(), SideFiles.TinyByteLevel());
        await using var device = await TestDevice.StartAsync(_folder.Path, folder, Sure);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var pieces = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in device.StreamAsync(
                Chat,
                """{"model":"patient","max_tokens":16000,"stream":true,"messages":[{"role":"user","content":"Which pump?"}]}""",
                cancellationToken: leaving.Token))
            {
                if (++pieces == 3)
                {
                    await leaving.CancelAsync();
                }
            }
        });

        await Eventually.HoldsAsync(() => device.Journal.OpenCount == 0);
        Assert.Equal(ReasonCode.Cancelled, Assert.Single(device.Journal.List(PromptState.Failed, 2)).Reason);
        await Eventually.HoldsAsync(() => device.IsIdle);
    }

    [Fact]
    public async Task Leave_Escalated_GoesOnAndStaysRetrievable()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = device.StreamAsync(Chat, HelloStream, cancellationToken: leaving.Token).ToListAsync(leaving.Token).AsTask();
        var prompt = await device.OneEscalatedAsync();

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await device.AnswerFromCloudAsync(prompt.Id);

        var found = await device.Http.GetStringAsync($"hybrid/prompts/{prompt.Id}", Token);
        Assert.Contains("from the cloud", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_Cloud_503WithRetryAfter()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Failed("no line");

        var reply = await device.AskAsync(Chat, Hello.Replace("hybrid", "cloud", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "offline"), (reply.Status, reply.Error.GetProperty("code").GetString()));
        Assert.NotEmpty(reply.Headers["Retry-After"]);
    }

    [Fact]
    public async Task TooLong_PinnedLocal_400ContextLengthExceeded()
    {
        await using var device = await StartAsync(Sure);

        var reply = await device.AskAsync(
            Chat, $$"""{"model":"{{TestModels.Name}}","messages":[{"role":"user","content":"{{new string('x', 2 * TestModels.ContextTokens)}}"}]}""");

        Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded", "messages"), (
            reply.Status, reply.Error.GetProperty("code").GetString(), reply.Error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task MaxOpen_Reached_429WithRetryAfter()
    {
        await using var device = await StartAsync(Sure, new PipelineOptions { MaxOpen = 1 }, works: false);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = device.StreamAsync(Chat, HelloStream, cancellationToken: leaving.Token).ToListAsync(leaving.Token).AsTask();
        await Eventually.HoldsAsync(() => device.Journal.OpenCount == 1);

        var reply = await device.AskAsync(Chat, Hello);

        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_error"), (reply.Status, reply.Error.GetProperty("type").GetString()));
        Assert.NotEmpty(reply.Headers["Retry-After"]);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task CloudError_502ThatIsNotWorthRetrying()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        var asking = device.AskAsync(Chat, Hello);
        var prompt = await device.OneEscalatedAsync();

        await device.FailFromCloudAsync(prompt.Id, ReasonCode.CloudError, "http_401");

        var reply = await asking.SoonAsync();
        Assert.Equal((HttpStatusCode.BadGateway, "server_error", "false"), (
            reply.Status, reply.Error.GetProperty("type").GetString(), reply.Headers["x-should-retry"]));
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestDevice> StartAsync(RoutingOptions routing, PipelineOptions? pipeline = null, bool works = true, ApiOptions? api = null) =>
        TestDevice.StartAsync(_folder.Path, models.Folder, routing, pipeline, works, api: api);

    private static string TextOf(IEnumerable<System.Text.Json.JsonElement> chunks) => string.Concat(chunks
        .Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta"))
        .Select(delta => delta.TryGetProperty("content", out var content) ? content.GetString() : ""));

    private static async Task LeaveAsync(TestDevice device, string body)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var left = Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in device.StreamAsync(Chat, body, cancellationToken: leaving.Token))
            {
                await leaving.CancelAsync();
            }
        });
        // Without any text a stream begins after a second.
        await device.Time.RunUntilAsync(left, TimeSpan.FromSeconds(1));
    }

    private static async Task<string> ReadUntilAsync(StreamReader lines, string wanted)
    {
        while (true)
        {
            var line = await lines.ReadLineAsync(Token) ?? throw new InvalidOperationException("The stream ended.");
            if (line.StartsWith(wanted, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}
