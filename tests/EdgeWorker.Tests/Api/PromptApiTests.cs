using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Journal;

namespace Hybrid.EdgeWorker.Tests.Api;

/// <summary>The device's HTTP API, over a real socket. Nothing works on the prompts: the tests say what becomes of them.</summary>
public sealed class PromptApiTests : IAsyncLifetime
{
    private static readonly long MostBytes = new ApiOptions().MaxBodyBytes;

    private readonly TemporaryFolder _folder = new();
    private TestDevice _device = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _device = await TestDevice.StartAsync(
        _folder.Path, works: false, api: new ApiOptions { MaxPromptTokens = Limits.PromptBytes });

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Post_Prompt_202WithItsIdAndPlace()
    {
        using var response = await PostAsync("""{"prompt":"Which pump?","unknown":1}""");

        using var body = await JsonAsync(response);
        var id = body.RootElement.GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/hybrid/prompts/{id}", response.Headers.Location!.ToString());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(7, id.Version);
        Assert.Equal((PromptState.Accepted, PromptKind.Batch, "hybrid"), (Found(id).State, Found(id).Kind, Found(id).Model));
        Assert.Equal([new PromptMessage(MessageRole.User, "Which pump?")], Found(id).Messages);
    }

    [Fact]
    public async Task Post_PreferWait_200WithTheOutcomeOnceItIsCommitted()
    {
        var posting = PostAsync("""{"prompt":"Which pump?"}""", ("Prefer", "respond-async, wait=600"));
        await Eventually.HoldsAsync(() => _device.Journal.List(null, 1).Count == 1);
        Assert.False(posting.IsCompleted);

        await _device.Journal.SettleAsync(_device.Journal.List(null, 1)[0], TestJournal.Local());

        using var response = await posting.SoonAsync();
        using var body = await JsonAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("wait=600", response.Headers.GetValues("Preference-Applied").Single());
        Assert.Equal("pump 7", body.RootElement.GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Post_PreferWaitTooShort_202()
    {
        var posting = PostAsync("""{"prompt":"Which pump?"}""", ("Prefer", "wait=5"));
        await _device.Time.RunUntilAsync(posting, TimeSpan.FromSeconds(1));

        using var response = await posting;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Theory]
    [InlineData("wait=many")]
    [InlineData("wait=-1")]
    [InlineData("wait=99999999999")]
    [InlineData("wait=0")]
    public async Task Post_PreferNonsense_Is202AtOnce(string prefer)
    {
        using var response = await PostAsync("""{"prompt":"Which pump?"}""", ("Prefer", prefer)).SoonAsync();

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Post_SameKey_SameBodyAttachesAnotherIs422()
    {
        using var first = await PostAsync("""{"prompt":"Which pump?"}""", ("Idempotency-Key", "k-1"));
        using var again = await PostAsync("""{"prompt":"Which pump?"}""", ("Idempotency-Key", "k-1"));
        using var other = await PostAsync("""{"prompt":"Which valve?"}""", ("Idempotency-Key", "k-1"));
        await _device.Journal.SettleAsync(_device.Journal.List(null, 1)[0], TestJournal.Local());
        using var settled = await PostAsync("""{"prompt":"Which pump?"}""", ("Idempotency-Key", "k-1"));

        Assert.Equal(await IdAsync(first), await IdAsync(again));
        Assert.Equal(await IdAsync(first), await IdAsync(settled));
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (again.StatusCode, settled.StatusCode));
        await ProblemAsync(other, HttpStatusCode.UnprocessableEntity, "Idempotency-Key");
        Assert.Single(_device.Journal.List(null, 10));
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    public async Task Post_BadKey_400(string key)
    {
        using var response = await PostAsync("""{"prompt":"Which pump?"}""", ("Idempotency-Key", key));

        await ProblemAsync(response, HttpStatusCode.BadRequest, "Idempotency-Key");
    }

    [Fact]
    public async Task Post_KeyLength_255Not256()
    {
        using var longest = await PostAsync("""{"prompt":"Which pump?"}""", ("Idempotency-Key", new string('k', 255)));
        using var longer = await PostAsync("""{"prompt":"Which pump?"}""", ("Idempotency-Key", new string('k', 256)));

        Assert.Equal(HttpStatusCode.Accepted, longest.StatusCode);
        await ProblemAsync(longer, HttpStatusCode.BadRequest, "Idempotency-Key");
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("null", "object")]
    [InlineData("[]", "$")]
    [InlineData("{", "$")]
    [InlineData("{\"prompt\":7}", "$.prompt")]
    [InlineData("{\"prompt\":\"a\",\"prompt\":\"b\"}", "prompt")]
    [InlineData("{}", "prompt")]
    [InlineData("{\"prompt\":\"a\",\"messages\":[]}", "prompt")]
    [InlineData("{\"prompt\":\"\"}", "messages")]
    [InlineData("{\"messages\":[]}", "messages")]
    [InlineData("{\"messages\":[null]}", "messages")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}", "content")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":null}]}", "content")]
    [InlineData("{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}", "toolCallId")]
    [InlineData("{\"messages\":[{\"role\":\"narrator\",\"content\":\"x\"}]}", "role")]
    [InlineData("{\"messages\":[{\"role\":1,\"content\":\"x\"}]}", "role")]
    [InlineData("{\"prompt\":\"a\",\"model\":\"gpt-9\"}", "model")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"maxTokens\":0}}", "options.maxTokens")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"maxTokens\":\"9\"}}", "$.options.maxTokens")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"temperature\":3}}", "options.temperature")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"topP\":0}}", "options.topP")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"stop\":[\"\"]}}", "options.stop")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"stop\":[null]}}", "options.stop")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}}", "options.stop")]
    [InlineData("{\"prompt\":\"a\",\"deadlineSeconds\":0}", "deadlineSeconds")]
    [InlineData("{\"prompt\":\"a\",\"deadlineSeconds\":-1}", "deadlineSeconds")]
    [InlineData("{\"prompt\":\"a\",\"deadlineSeconds\":1e300}", "deadlineSeconds")]
    [InlineData("{\"prompt\":\"a\",\"deadlineSeconds\":1e999}", "deadlineSeconds")]
    [InlineData("{\"prompt\":\"\\ud800\"}", "prompt")]
    public async Task Post_BadBody_400NamesTheField(string body, string field)
    {
        using var response = await PostAsync(body);

        await ProblemAsync(response, HttpStatusCode.BadRequest, field);
        Assert.Empty(_device.Journal.List(null, 1));
    }

    [Fact]
    public async Task Post_Limits_AreKept()
    {
        using var text = await PostAsync($$"""{"prompt":"{{new string('x', Limits.PromptBytes + 1)}}"}""");
        using var task = await PostAsync($$"""{"prompt":"a","task":"{{new string('x', 65)}}"}""");
        using var messages = await PostAsync(
            $$"""{"messages":[{{string.Join(',', Enumerable.Repeat("{\"role\":\"user\",\"content\":\"x\"}", Limits.Messages + 1))}}]}""");
        using var fits = await PostAsync($$"""{"prompt":"{{new string('x', Limits.PromptBytes)}}"}""");

        await ProblemAsync(text, HttpStatusCode.BadRequest, "messages");
        await ProblemAsync(task, HttpStatusCode.BadRequest, "task");
        await ProblemAsync(messages, HttpStatusCode.BadRequest, "messages");
        Assert.Equal(HttpStatusCode.Accepted, fits.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_Oversized_413(bool chunked)
    {
        using var content = new StringContent(
            $"{{\"prompt\":\"{new string('x', (int)MostBytes)}\"}}", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts") { Content = content };
        request.Headers.ExpectContinue = !chunked;
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _device.Http.SendAsync(request, Token);

        await ProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, $"{MostBytes}");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData(null)]
    public async Task Post_NotJson_415(string? type)
    {
        using var content = new ByteArrayContent("""{"prompt":"Which pump?"}"""u8.ToArray());
        content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        using var response = await _device.Http.PostAsync("hybrid/prompts", content, Token);
        using var retry = await _device.Http.PostAsync($"hybrid/prompts/{Guid.NewGuid()}/retry", content, Token);

        await ProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "application/json");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, retry.StatusCode);
        Assert.Empty(_device.Journal.List(null, 1));
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("192.168.0.7", false)]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8000", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]:9", true)]
    public async Task AnyRequest_Host_OnlyThisMachine(string host, bool welcome)
    {
        foreach (var path in new[] { "hybrid/status", "healthz", "hybrid/prompts" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host;
            using var response = await _device.Http.SendAsync(request, Token);

            Assert.Equal(welcome ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest, response.StatusCode);
        }
    }

    [Theory]
    [InlineData(false, "https://evil.example")]
    [InlineData(false, "null")]
    [InlineData(false, "http://localhost.evil.example")]
    [InlineData(false, "http://localhost", "https://evil.example")]
    [InlineData(true, "http://localhost:3000")]
    [InlineData(true, "http://127.0.0.1:8000")]
    [InlineData(true)]
    public async Task AnyRequest_Origin_OnlyThisMachine(bool welcome, params string[] origins)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts")
        {
            Content = new StringContent("""{"prompt":"Which pump?"}""", Encoding.UTF8, "application/json"),
        };
        foreach (var origin in origins)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await _device.Http.SendAsync(request, Token);

        Assert.Equal(welcome ? HttpStatusCode.Accepted : HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(welcome ? 1 : 0, _device.Journal.List(null, 1).Count);
    }

    [Fact]
    public async Task AnyRequest_TokenOfAnEarlierOwner_403()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "hybrid/status");
        request.Headers.Add(HostGuard.TokenHeader, "stale");
        using var response = await _device.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task ForeignPrompt_IsNotThereForAnybodyButTheFoldersOwner()
    {
        var theirs = await _device.Journal.AcceptAsync(new NewPrompt
        {
            Id = Guid.CreateVersion7(_device.Time.GetUtcNow()),
            Kind = PromptKind.Batch,
            AcceptedAt = _device.Time.GetUtcNow(),
            Deadline = _device.Time.GetUtcNow() + TimeSpan.FromHours(1),
            Messages = [new PromptMessage(MessageRole.User, "Whose?")],
            Model = "hybrid",
            Owner = "key-a",
        });
        await _device.Journal.SettleAsync(Found(theirs.Id), TestJournal.Local());
        (HttpMethod Method, string Path)[] ways =
        [
            (HttpMethod.Get, $"hybrid/prompts/{theirs.Id}"), (HttpMethod.Get, $"hybrid/prompts/{theirs.Id}/trace"),
            (HttpMethod.Post, $"hybrid/prompts/{theirs.Id}/retry"),
        ];

        foreach (var (method, path) in ways)
        {
            using var foreign = await SendAsync(method, path, asOwner: false);
            using var owned = await SendAsync(method, path, asOwner: true);

            await ProblemAsync(foreign, HttpStatusCode.NotFound, $"{theirs.Id}");
            Assert.True(owned.IsSuccessStatusCode);
        }

        using var list = await JsonAsync(await SendAsync(HttpMethod.Get, "hybrid/prompts", asOwner: false));
        using var all = await JsonAsync(await SendAsync(HttpMethod.Get, "hybrid/prompts", asOwner: true));
        Assert.Equal(0, list.RootElement.GetProperty("prompts").GetArrayLength());
        // The retry belongs to whom the prompt belonged.
        Assert.Equal(2, all.RootElement.GetProperty("prompts").GetArrayLength());
        Assert.Equal(2, _device.Journal.ListOf("key-a", null, 10).Count);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, bool asOwner)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = method == HttpMethod.Post ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
        if (asOwner)
        {
            request.Headers.Add(HostGuard.TokenHeader, OwnerRecord.Read(_folder.Path)!.Token);
        }

        return await _device.Http.SendAsync(request, Token);
    }

    [Theory]
    [InlineData("GET", "hybrid/prompts/00000000-0000-0000-0000-000000000001", HttpStatusCode.NotFound)]
    [InlineData("GET", "hybrid/prompts/00000000-0000-0000-0000-000000000001/trace", HttpStatusCode.NotFound)]
    [InlineData("POST", "hybrid/prompts/00000000-0000-0000-0000-000000000001/retry", HttpStatusCode.NotFound)]
    [InlineData("GET", "hybrid/prompts/no-guid", HttpStatusCode.NotFound)]
    [InlineData("GET", "nowhere", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "hybrid/prompts", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "hybrid/prompts?state=sleeping", HttpStatusCode.BadRequest)]
    [InlineData("GET", "hybrid/prompts?state=3", HttpStatusCode.BadRequest)]
    [InlineData("GET", "hybrid/prompts?most=many", HttpStatusCode.BadRequest)]
    public async Task AnyRequest_Wrong_ProblemJson(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = method == "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
        using var response = await _device.Http.SendAsync(request, Token);

        await ProblemAsync(response, status, "");
    }

    [Fact]
    public async Task Get_Prompt_WaitsForItsOutcome()
    {
        var id = (await _device.PostAsync(new PromptBody("Which pump?"))).Id;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"hybrid/prompts/{id}");
        request.Headers.Add("Prefer", "wait=600");
        var getting = _device.Http.SendAsync(request, Token);

        await _device.Journal.SettleAsync(Found(id), TestJournal.Local());

        using var body = await JsonAsync(await getting.SoonAsync());
        Assert.Equal("pump 7", body.RootElement.GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Get_Prompt_StateRouteReasonTimesCost()
    {
        var id = (await _device.PostAsync(new PromptBody("Which pump?"))).Id;
        _device.Time.Advance(TimeSpan.FromSeconds(2));
        await _device.Journal.SettleAsync(
            Found(id),
            TestJournal.Local() with
            {
                Confidence = 0.5,
                Usage = new TokenUsage(3, 4),
                Cost = new Cost(0.01m, "USD"),
                FinishReason = "stop",
            });

        using var body = await JsonAsync(await _device.Http.GetAsync($"hybrid/prompts/{id}", Token));

        var prompt = body.RootElement;
        Assert.Equal("Answered", prompt.GetProperty("state").GetString(), ignoreCase: true);
        Assert.Equal("Local", prompt.GetProperty("route").GetString(), ignoreCase: true);
        Assert.Equal(
            ("mode", 0.5, 2000.0, 4, 0.01m, "stop", "small"),
            (prompt.GetProperty("reason").GetString(), prompt.GetProperty("confidence").GetDouble(),
                prompt.GetProperty("timings").GetProperty("totalMs").GetDouble(),
                prompt.GetProperty("usage").GetProperty("outputTokens").GetInt32(),
                prompt.GetProperty("cost").GetProperty("amount").GetDecimal(), prompt.GetProperty("finishReason").GetString(),
                prompt.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task Trace_EveryTransitionWithItsTime()
    {
        var id = (await _device.PostAsync(new PromptBody("Which pump?"))).Id;
        _device.Time.Advance(TimeSpan.FromSeconds(1));
        await _device.Journal.EscalateAsync(Found(id), TestJournal.Step());
        _device.Time.Advance(TimeSpan.FromSeconds(1));
        await _device.Journal.SettleAsync(Found(id), TestJournal.Local());

        using var body = await JsonAsync(await _device.Http.GetAsync($"hybrid/prompts/{id}/trace", Token));

        var steps = body.RootElement.GetProperty("transitions").EnumerateArray().ToList();
        var times = steps.Select(step => step.GetProperty("at").GetDateTimeOffset()).ToList();
        Assert.Equal(["accepted", "escalated", "answered"], steps.Select(step => step.GetProperty("to").GetString()!.ToLowerInvariant()));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], times.Zip(times.Skip(1), (a, b) => b - a));
        Assert.Equal("unsure", steps[1].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Retry_Ended_IsANewPromptThatNamesTheOld()
    {
        var id = (await _device.PostAsync(
            new PromptBody("Which pump?", Options: new PromptOptions(MaxTokens: 3), Task: "chore", WaitOffline: true))).Id;
        using var early = await _device.Http.PostAsync(
            $"hybrid/prompts/{id}/retry", new StringContent("{}", Encoding.UTF8, "application/json"), Token);
        await _device.Journal.SettleAsync(Found(id), Settlement.Failed(ReasonCode.CloudError, "no"));

        using var retry = await _device.Http.PostAsync(
            $"hybrid/prompts/{id}/retry", new StringContent("{}", Encoding.UTF8, "application/json"), Token);

        var made = Found(await IdAsync(retry));
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        Assert.NotEqual(id, made.Id);
        Assert.Equal((id, 3, "chore", true), (made.RetryOf, made.Options!.MaxTokens, made.Task, made.WaitOffline));
        Assert.Equal(Found(id).Messages, made.Messages);
    }

    [Fact]
    public async Task List_NewestFirstOfOneState()
    {
        var first = (await _device.PostAsync(new PromptBody("Which pump?"))).Id;
        _device.Time.Advance(TimeSpan.FromMilliseconds(5));
        var second = (await _device.PostAsync(new PromptBody("Which valve?"))).Id;
        await _device.Journal.SettleAsync(Found(first), TestJournal.Local());

        Assert.Equal([second, first], await IdsAsync("hybrid/prompts"));
        Assert.Equal([second], await IdsAsync("hybrid/prompts?most=1"));
        Assert.Equal([first], await IdsAsync("hybrid/prompts?state=Answered"));
        Assert.Equal([second], await IdsAsync("hybrid/prompts?most=-5"));

        async Task<Guid[]> IdsAsync(string path)
        {
            using var body = await JsonAsync(await _device.Http.GetAsync(path, Token));
            return [.. body.RootElement.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetProperty("id").GetGuid())];
        }
    }

    [Fact]
    public async Task Status_SaysWhoWhatWaitsAndWhatItCost()
    {
        var id = (await _device.PostAsync(new PromptBody("Which pump?"))).Id;
        await _device.Journal.EscalateAsync(Found(id), TestJournal.Step());
        _device.Link.Failed("no line");

        using var body = await JsonAsync(await _device.Http.GetAsync("hybrid/status", Token));

        var status = body.RootElement;
        Assert.Equal(TestDevice.Id, status.GetProperty("deviceId").GetString());
        Assert.Equal(_device.Journal.Epoch, status.GetProperty("journalEpoch").GetGuid());
        Assert.Equal(1, status.GetProperty("prompts").GetProperty("escalated").GetInt32());
        Assert.False(status.GetProperty("cloud").GetProperty("reachable").GetBoolean());
        Assert.Equal("no line", status.GetProperty("cloud").GetProperty("trouble").GetString());
        Assert.Equal("escalations", status.GetProperty("outbox")[0].GetProperty("queue").GetString());
    }

    [Fact]
    public async Task Readyz_JournalCannotBeWritten_503UntilItCan()
    {
        using var ready = await _device.Http.GetAsync("readyz", Token);
        using var raw = TestJournal.Raw(_folder.File(PromptJournal.FileName));
        raw.Run("CREATE TRIGGER broken BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'no room'); END");
        raw.Run("CREATE TRIGGER full BEFORE INSERT ON prompts BEGIN SELECT RAISE(ABORT, 'no room'); END");

        using var broken = await _device.Http.GetAsync("readyz", Token);
        using var refused = await PostAsync("""{"prompt":"Which pump?"}""");
        raw.Run("DROP TRIGGER broken");
        raw.Run("DROP TRIGGER full");
        using var again = await _device.Http.GetAsync("readyz", Token);
        using var accepted = await PostAsync("""{"prompt":"Which pump?"}""");
        using var health = await _device.Http.GetAsync("healthz", Token);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.OK),
            (ready.StatusCode, broken.StatusCode, again.StatusCode, health.StatusCode));
        await ProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "no room");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task Post_TwentyAtOnceUnderOneKey_OnePrompt()
    {
        var responses = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => PostAsync("""{"prompt":"Which pump?"}""", ("Idempotency-Key", "k")))).SoonAsync();

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.Accepted, response.StatusCode));
        Assert.Single((await Task.WhenAll(responses.Select(IdAsync))).Distinct());
        Assert.Single(_device.Journal.List(null, 10));
    }

    [Fact]
    public async Task Stop_SomebodyWaits_EndsSoonWithoutAnOutcome()
    {
        var waiting = PostAsync("""{"prompt":"Which pump?"}""", ("Prefer", "wait=600"));
        await Eventually.HoldsAsync(() => _device.Journal.List(null, 1).Count == 1);

        var stopping = _device.StopAsync();

        using var response = await waiting.SoonAsync();
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await stopping.SoonAsync();
        Assert.Equal(PromptState.Accepted, Found(await IdAsync(response)).State);
    }

    private PromptRecord Found(Guid id) => _device.Journal.Find(id)!;

    private Task<HttpResponseMessage> PostAsync(string body, (string Name, string Value)? header = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (header is var (name, value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _device.Http.SendAsync(request, Token);
    }

    private static async Task<JsonDocument> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));

    private static async Task<Guid> IdAsync(HttpResponseMessage response)
    {
        using var body = await JsonAsync(response);
        return body.RootElement.GetProperty("id").GetGuid();
    }

    private static async Task ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string named)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var body = await JsonAsync(response);
        Assert.Equal((int)status, body.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(body.RootElement.GetProperty("title").GetString()!);
        Assert.Contains(named, body.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
