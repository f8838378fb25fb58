using System.Net;
using System.Net.Sockets;
using System.Text;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>Requests that are refused: always in OpenAI's shape, with the field that is wrong.</summary>
public sealed class RefusalTests(TestModels models) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestDevice _device = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> ChatFields => new()
    {
        // instead of the model, or beside it; the field that is named
        { "\"model\":7", "model" },
        { "\"model\":null", "model" },
        { "\"messages\":[]", "messages" },
        { "\"messages\":{}", "messages" },
        { "\"messages\":[7]", "messages[0]" },
        { "\"messages\":[{\"role\":\"user\"}]", "messages[0].content" },
        { "\"messages\":[{\"role\":\"king\",\"content\":\"a\"}]", "messages[0].role" },
        { "\"messages\":[{\"role\":\"user\",\"content\":7}]", "messages[0].content" },
        { "\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]", "messages[0].content" },
        { "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":7}]}]", "messages[0].content[0].text" },
        { "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:\"}}]}]", "messages[0].content[0].type" },
        { "\"messages\":[{\"role\":\"tool\",\"content\":\"a\"}]", "messages[0].tool_call_id" },
        { "\"n\":2", "n" },
        { "\"n\":\"1\"", "n" },
        { "\"max_tokens\":0", "max_tokens" },
        { "\"max_tokens\":1e99", "max_tokens" },
        { "\"max_tokens\":1.5", "max_tokens" },
        { "\"max_tokens\":1e0,\"seed\":1.0,\"n\":2.0", "n" },
        { "\"max_completion_tokens\":\"7\"", "max_completion_tokens" },
        { "\"temperature\":3", "temperature" },
        { "\"temperature\":1e999", "temperature" },
        { "\"temperature\":\"hot\"", "temperature" },
        { "\"top_p\":-1", "top_p" },
        { "\"seed\":1.5", "seed" },
        { "\"stop\":7", "stop" },
        { "\"stop\":[\"\"]", "stop" },
        { "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop" },
        { "\"stop\":[7]", "stop[0]" },
        { "\"frequency_penalty\":2.5", "frequency_penalty" },
        { "\"presence_penalty\":true", "presence_penalty" },
        { "\"logprobs\":7", "logprobs" },
        { "\"logprobs\":true,\"top_logprobs\":21", "top_logprobs" },
        { "\"top_logprobs\":2", "top_logprobs" },
        { "\"stream\":\"yes\"", "stream" },
        { "\"stream_options\":{\"include_usage\":true}", "stream_options" },
        { "\"stream\":true,\"stream_options\":7", "stream_options" },
        { "\"response_format\":\"json\"", "response_format" },
        { "\"response_format\":{\"type\":\"xml\"}", "response_format.type" },
        { "\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema" },
        { "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\"}}", "response_format.json_schema.schema" },
        { "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\",\"schema\":{}}}", "response_format.json_schema.name" },
        { "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"type\":\"objekt\"}}}", "response_format.json_schema.schema" },
        { "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"$ref\":\"#/$defs/a\"}}}", "response_format.json_schema.schema" },
        { "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"enum\":{}}}}", "response_format.json_schema.schema" },
        { "\"parallel_tool_calls\":\"x\"", "parallel_tool_calls" },
        { "\"function_call\":\"auto\"", "function_call" },
        { "\"functions\":[]", "functions" },
        { "\"tools\":[{\"type\":\"browser\"}]", "tools[0].type" },
        { "\"tools\":[{\"type\":\"function\"}]", "tools[0].function" },
        { "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":7}}]", "tools[0].function.name" },
        { "\"tool_choice\":\"required\"", "tool_choice" },
        { "\"tool_choice\":7", "tool_choice" },
        { "\"user\":7", "user" },
        { "\"metadata\":{\"a\":7}", "metadata.a" },
        { "\"metadata\":[]", "metadata" },
        { "\"modalities\":[\"audio\"]", "modalities" },
    };

    public static TheoryData<string, string> ResponseFields => new()
    {
        { "\"input\":7", "input" },
        { "\"input\":[]", "input" },
        { "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\"}]}]", "input[0].content[0].type" },
        { "\"input\":[{\"type\":\"item_reference\",\"id\":\"x\"}]", "input[0].type" },
        { "\"input\":\"a\",\"previous_response_id\":\"resp_0\"", "previous_response_id" },
        { "\"input\":\"a\",\"previous_response_id\":\"resp_0193a2b45c6d7e8f90123456789abcde\"", "previous_response_id" },
        { "\"input\":\"a\",\"instructions\":7", "instructions" },
        { "\"input\":\"a\",\"background\":true", "background" },
        { "\"input\":\"a\",\"conversation\":\"c\"", "conversation" },
        { "\"input\":\"a\",\"text\":{\"format\":{\"type\":\"xml\"}}", "text.format.type" },
        { "\"input\":\"a\",\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type" },
        { "\"input\":\"a\",\"max_output_tokens\":0", "max_output_tokens" },
        { "\"input\":\"\"", "input" },
        { "\"input\":\"a\",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"a b\",\"schema\":{}}}", "text.format.name" },
    };

    public async ValueTask InitializeAsync() => _device = await TestDevice.StartAsync(_folder.Path, models.Folder, works: false);

    [Theory]
    [MemberData(nameof(ChatFields))]
    public async Task Chat_BadField_400NamesIt(string fields, string param)
    {
        var rest = fields.Contains("\"messages\"", StringComparison.Ordinal) ? "" : ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]";
        var model = fields.Contains("\"model\"", StringComparison.Ordinal) ? "" : ",\"model\":\"hybrid\"";

        var reply = await _device.AskAsync("chat/completions", $"{{{fields}{rest}{model}}}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request_error", param), (
            reply.Status, reply.Error.GetProperty("type").GetString(), reply.Error.GetProperty("param").GetString()));
        Assert.NotEmpty(reply.Error.GetProperty("message").GetString()!);
        Assert.NotEmpty(reply.Error.GetProperty("code").GetString()!);
        Assert.Equal(0, _device.Journal.OpenCount);
    }

    [Theory]
    [MemberData(nameof(ResponseFields))]
    public async Task Responses_BadField_400NamesIt(string fields, string param)
    {
        var reply = await _device.AskAsync("responses", $"{{{fields},\"model\":\"hybrid\"}}");

        Assert.Equal((HttpStatusCode.BadRequest, param), (reply.Status, reply.Error.GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData("{\"prompt\":[1,2]}")]
    [InlineData("{\"prompt\":[\"a\",\"b\"]}")]
    [InlineData("{\"prompt\":\"\"}")]
    [InlineData("{}")]
    public async Task Completions_BadPrompt_400NamesIt(string body)
    {
        var reply = await _device.AskAsync("completions", body.Replace("{", "{\"model\":\"hybrid\"" + (body == "{}" ? "" : ","), StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, "prompt"), (reply.Status, reply.Error.GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":\"hybrid\",\"model\":\"hybrid\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"metadata\":{\"\\udc00\":\"a\"}}")]
    public async Task Chat_NoJsonObject_400(string body)
    {
        var reply = await _device.AskAsync("chat/completions", body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (reply.Status, reply.Error.GetProperty("code").GetString()));
        Assert.DoesNotContain("line ,", reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"json\":true,\"schema\":{\"name\":\"t\",\"schema\":{\"title\":\"\\ud800\"}}}}", "options.schema")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"tools\":[{\"name\":\"f\",\"parameters\":{\"a\":[\"\\udc00\"]}}]}}", "options.tools")]
    public async Task Prompt_HalfACharacterInASchema_400(string body, string field)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _device.Http.PostAsync("hybrid/prompts", content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"{field}: ", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: ::1\r\n\r\n", 400)]
    [InlineData("GET /v1/models HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /v1/models HTTP/9.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /v1/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400)]
    [InlineData("GET /v1/LONG HTTP/1.1\r\nHost: localhost\r\n\r\n", 414)]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nMANY\r\n", 431)]
    public async Task Server_RefusesBeforeUs_StillInOpenAIsShapeAndWithAName(string request, int status)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_device.Http.BaseAddress!.Host, _device.Http.BaseAddress.Port, Token);
        var bytes = request.Replace("LONG", new string('x', 9000), StringComparison.Ordinal)
            .Replace("MANY", string.Concat(Enumerable.Range(0, 70).Select(i => $"a{i}: b\r\n")), StringComparison.Ordinal);

        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(bytes), Token);
        using var reader = new StreamReader(socket.GetStream());
        var answer = await reader.ReadToEndAsync(Token).SoonAsync();

        var (head, body) = (answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)], answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nx-request-id: req_", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Length: {body.Length}", head, StringComparison.Ordinal);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal("invalid_request_error", json.RootElement.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Completions_TooLong_NamesThePrompt()
    {
        var reply = await _device.AskAsync("completions", $$"""{"model":"hybrid","prompt":"{{string.Concat(Enumerable.Repeat("word ", 140_000))}}"}""");

        Assert.Equal((HttpStatusCode.BadRequest, "prompt", "context_length_exceeded"), (
            reply.Status, reply.Error.GetProperty("param").GetString(), reply.Error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Chat_DeepNesting_400()
    {
        var reply = await _device.AskAsync("chat/completions", string.Concat(Enumerable.Repeat("{\"a\":", 10_000)));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
    }

    [Fact]
    public async Task Chat_InvalidUtf8_400()
    {
        using var content = new ByteArrayContent([.. "{\"model\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var response = await _device.Http.PostAsync("v1/chat/completions", content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Chat_UnknownModel_404NamesTheKnownOnes()
    {
        var reply = await _device.AskAsync("chat/completions", """{"model":"gpt-9","messages":[{"role":"user","content":"a"}]}""");

        Assert.Equal((HttpStatusCode.NotFound, "model_not_found", "model"), (
            reply.Status, reply.Error.GetProperty("code").GetString(), reply.Error.GetProperty("param").GetString()));
        Assert.Contains($"hybrid, {TestModels.Name}, cloud", reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "v1/chat/completions", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "v1/models", HttpStatusCode.MethodNotAllowed)]
    public async Task Path_NotThere_OpenAIsShape(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var response = await _device.Http.SendAsync(request, Token);

        Assert.Equal(status, response.StatusCode);
        var body = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.Equal("invalid_request_error", body.GetProperty("error").GetProperty("type").GetString());
        Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
    }

    [Fact]
    public async Task Chat_NotJsonContent_415()
    {
        using var content = new StringContent("{}", Encoding.UTF8, "text/plain");
        using var response = await _device.Http.PostAsync("v1/chat/completions", content, Token);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("\"error\":{\"message\"", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Compressed_415()
    {
        using var content = new ByteArrayContent([0x1f, 0x8b, 8, 0]);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await _device.Http.PostAsync("v1/chat/completions", content, Token);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("Content-Encoding", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("\"a longer text that is one value all the same\"", HttpStatusCode.NotFound)]
    public async Task Chat_LargeBody_MayBeTextButNotManyValues(string value, HttpStatusCode status)
    {
        var values = string.Join(',', Enumerable.Repeat(value, (LargeBodies.Large / value.Length) + 1));

        var reply = await _device.AskAsync("chat/completions", $$"""{"model":"gpt-9","messages":[{"role":"user","content":"a"}],"unknown":[{{values}}]}""");

        Assert.Equal(status, reply.Status);
    }

    [Fact]
    public async Task Chat_ForeignHost_OpenAIsShape()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/models");
        request.Headers.Host = "evil.example";
        using var response = await _device.Http.SendAsync(request, Token);

        Assert.Contains("\"error\":{\"message\"", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_NoModel_404InOpenAIsShape()
    {
        var reply = await _device.AskAsync("embeddings", """{"model":"embed","input":"a"}""");

        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (reply.Status, reply.Error.GetProperty("code").GetString()));
    }

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _folder.Dispose();
    }
}
