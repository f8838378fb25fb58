using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Tests.Hostile;
using Hybrid.EdgeWorker.Tests.Journal;

namespace Hybrid.EdgeWorker.Tests.Api.Access;

/// <summary>Who gets in, who sees what, and how much at once. Over a real socket; nothing works on the prompts.</summary>
public sealed class AccessTests : IDisposable
{
    private static readonly Door Beyond = new([new Uri("http://0.0.0.0:8000")], "Api:Url");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer hyb_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Bearer ")]
    [InlineData("Bearer")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task KeyNeeded_NoValidKey_401InTheShapeOfTheApi(string? authorization)
    {
        await MakeKeyAsync("a");
        await using var device = await StartAsync();

        foreach (var path in new[] { "hybrid/prompts", "hybrid/status", "v1/models", "nowhere" })
        {
            using var response = await SendAsync(device, HttpMethod.Get, path, authorization);
            using var body = await JsonAsync(response);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
            if (path.StartsWith("v1", StringComparison.Ordinal))
            {
                var error = body.RootElement.GetProperty("error");
                Assert.Equal(("invalid_request_error", "invalid_api_key"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
            }
            else
            {
                Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            }
        }

        using var health = await SendAsync(device, HttpMethod.Get, "healthz", authorization);
        using var ready = await SendAsync(device, HttpMethod.Get, "readyz", authorization);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.StatusCode, ready.StatusCode));
    }

    [Theory]
    [InlineData("Bearer {0}")]
    [InlineData("bearer   {0} ")]
    public async Task KeyNeeded_ValidKey_IsLetIn(string form)
    {
        var key = await MakeKeyAsync("a");
        await using var device = await StartAsync();

        using var response = await SendAsync(device, HttpMethod.Get, "hybrid/status", form.Replace("{0}", key, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task KeyNeeded_TwoKeysInOneRequest_401()
    {
        var key = await MakeKeyAsync("a");
        await using var device = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "hybrid/status");
        request.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {key}", $"Bearer {key}"]);

        using var response = await device.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("Bearer none", HttpStatusCode.OK)]
    [InlineData("Bearer sk-what-the-sdk-insists-on", HttpStatusCode.OK)]
    [InlineData("Bearer hyb_revoked", HttpStatusCode.Unauthorized)]
    public async Task NoKeyNeeded_WhateverIsSent_OnlyOursMustBeRight(string? authorization, HttpStatusCode expected)
    {
        await using var device = await StartAsync();

        using var response = await SendAsync(device, HttpMethod.Get, "hybrid/status", authorization);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(null, true, false)]
    [InlineData(null, false, true)]
    public async Task RequireKey_DecidesOnThisMachine(bool? required, bool any, bool expected)
    {
        var key = any ? await MakeKeyAsync("a") : null;
        await using var device = await StartAsync(new ApiOptions { RequireKey = required });

        using var keyless = await SendAsync(device, HttpMethod.Get, "hybrid/status", null);
        using var keyed = await SendAsync(device, HttpMethod.Get, "hybrid/status", key is null ? null : $"Bearer {key}");

        Assert.Equal(expected ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, keyless.StatusCode);
        Assert.Equal(any || expected ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, keyed.StatusCode);
    }

    [Fact]
    public async Task Beyond_NoKeyAtAll_NobodyGetsInWhateverTheSettingsSay()
    {
        await using var device = await StartAsync(new ApiOptions { RequireKey = false }, Beyond);

        using var response = await SendAsync(device, HttpMethod.Get, "hybrid/status", null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Prompts_OfAnotherKey_AreNotThere()
    {
        var (a, b) = ($"Bearer {await MakeKeyAsync("a")}", $"Bearer {await MakeKeyAsync("b")}");
        await using var device = await StartAsync();
        var id = await PostAsync(device, a, "k-1");
        await device.Journal.SettleAsync(device.Journal.Find(id)!, TestJournal.Local("the answer of a"));

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, $"hybrid/prompts/{id}"), (HttpMethod.Get, $"hybrid/prompts/{id}/trace"), (HttpMethod.Post, $"hybrid/prompts/{id}/retry"),
        })
        {
            using var foreign = await SendAsync(device, method, path, b);
            using var missing = await SendAsync(device, method, path.Replace(id.ToString(), Guid.Empty.ToString(), StringComparison.Ordinal), b);
            using var own = await SendAsync(device, method, path, a);
            using var folder = await SendAsync(device, method, path, null, asOwner: true);

            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
            // Foreign and missing are told alike.
            Assert.Equal(
                (await foreign.Content.ReadAsStringAsync(Token)).Replace(id.ToString(), "", StringComparison.Ordinal),
                (await missing.Content.ReadAsStringAsync(Token)).Replace(Guid.Empty.ToString(), "", StringComparison.Ordinal));
            Assert.True(own.IsSuccessStatusCode && folder.IsSuccessStatusCode);
        }

        // Two retries, both of which belong to the first key.
        Assert.Equal((3, 0, 3), (await CountAsync(device, a, false), await CountAsync(device, b, false), await CountAsync(device, null, true)));
    }

    [Fact]
    public async Task IdempotencyKeys_OfTwoKeys_NeverMeet()
    {
        var (a, b) = ($"Bearer {await MakeKeyAsync("a")}", $"Bearer {await MakeKeyAsync("b")}");
        await using var device = await StartAsync();

        var first = await PostAsync(device, a, "same");
        var again = await PostAsync(device, a, "same");
        var other = await PostAsync(device, b, "same", "Another question?");

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task Rate_OfAKey_429WithRetryAfterAndOthersGoOn()
    {
        var (a, b) = ($"Bearer {await MakeKeyAsync("a")}", $"Bearer {await MakeKeyAsync("b", 1)}");
        await using var device = await StartAsync(new ApiOptions { RequestsPerMinute = 2 });
        for (var number = 0; number < 2; number++)
        {
            using var allowed = await SendAsync(device, HttpMethod.Get, "hybrid/status", a);
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        }

        using var hybrid = await SendAsync(device, HttpMethod.Get, "hybrid/status", a);
        using var openAI = await SendAsync(device, HttpMethod.Get, "v1/models", a);
        using var other = await SendAsync(device, HttpMethod.Get, "hybrid/status", b);
        using var otherAgain = await SendAsync(device, HttpMethod.Get, "hybrid/status", b);
        using var folder = await SendAsync(device, HttpMethod.Get, "hybrid/status", null, asOwner: true);

        Assert.Equal(
            (HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK),
            (hybrid.StatusCode, openAI.StatusCode, other.StatusCode, otherAgain.StatusCode, folder.StatusCode));
        Assert.InRange(hybrid.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.InRange(openAI.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using var problem = await JsonAsync(hybrid);
        Assert.Contains("2 requests a minute", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using var body = await JsonAsync(openAI);
        Assert.Equal("rate_limit_exceeded", body.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Requests_AtOnceBeyondTheLimit_429UntilOneEnds()
    {
        await using var device = await StartAsync(new ApiOptions { MaxRequests = 2 });
        var id = await PostAsync(device, null, null);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = Enumerable.Range(0, 2).Select(_ => WaitAsync(device, id, giveUp.Token)).ToList();
        HttpResponseMessage? refused = null;
        await Eventually.HoldsAsync(async () =>
        {
            refused = await SendAsync(device, HttpMethod.Get, "hybrid/status", null);
            return refused.StatusCode == HttpStatusCode.TooManyRequests;
        });
        using var health = await SendAsync(device, HttpMethod.Get, "healthz", null);

        await device.Journal.SettleAsync(device.Journal.Find(id)!, TestJournal.Local());
        await Task.WhenAll(waiting).SoonAsync();
        using var after = await SendAsync(device, HttpMethod.Get, "hybrid/status", null);

        Assert.True(refused!.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains("Api:MaxRequests", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task Queue_Full_429ForWhoWaitsAndBatchGoesOn()
    {
        await using var device = await StartAsync(new ApiOptions { MaxQueued = 2 });

        var statuses = new List<HttpStatusCode>();
        foreach (var interactive in new[] { true, true, true, false })
        {
            using var response = await SendAsync(
                device, HttpMethod.Post, "hybrid/prompts", null, body: $"{{\"prompt\":\"Which pump?\",\"interactive\":{(interactive ? "true" : "false")}}}");
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests, HttpStatusCode.Accepted], statuses);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}""", HttpStatusCode.BadRequest, "Api:MaxMessages")]
    [InlineData("""{"prompt":"one two three four five six seven eight nine ten eleven twelve"}""", HttpStatusCode.BadRequest, "Api:MaxPromptTokens")]
    [InlineData("""{"prompt":"short"}""", HttpStatusCode.Accepted, "")]
    public async Task Prompt_BeyondALimit_IsRefusedByItsName(string body, HttpStatusCode expected, string says)
    {
        await using var device = await StartAsync(new ApiOptions { MaxMessages = 2, MaxPromptTokens = 12 });

        using var response = await SendAsync(device, HttpMethod.Post, "hybrid/prompts", null, body: body);

        Assert.Equal(expected, response.StatusCode);
        Assert.Contains(says, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_BeyondTheLimit_413()
    {
        await using var device = await StartAsync(new ApiOptions { MaxBodyBytes = 2048 });

        using var response = await SendAsync(device, HttpMethod.Post, "hybrid/prompts", null, body: $"{{\"prompt\":\"{new string('x', 3000)}\"}}");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("/hybrid/prompts", "ffffffffffffffff\r\n{}")]
    [InlineData("/v1/chat/completions", "ffffffffffffffff\r\n{}")]
    [InlineData("/v1/responses", "zz\r\n{}")]
    [InlineData("/hybrid/prompts", "-1\r\n{}")]
    public async Task Body_InChunksThatAreNone_400AndNothingInTheLog(string path, string chunks)
    {
        await using var device = await StartAsync();

        var statuses = await HostileClient.SendAsync(
            device.Http.BaseAddress!,
            new HostileRequest("bad chunks", [Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")]),
            Token).SoonAsync();

        Assert.Equal([400], statuses);
        Assert.DoesNotContain(device.Log.Lines, line => line.Contains("failed.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "https://chat.example.com", false)]
    [InlineData("https://chat.example.com", "https://chat.example.com", true)]
    [InlineData("https://chat.example.com", "https://evil.example.com", false)]
    [InlineData("https://chat.example.com", "http://chat.example.com", false)]
    [InlineData("https://chat.example.com", "null", false)]
    public async Task Cors_OnlyConfiguredOrigins(string configured, string origin, bool welcome)
    {
        await MakeKeyAsync("a");
        await using var device = await StartAsync(new ApiOptions { CorsOrigins = configured });
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "hybrid/prompts");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-stainless-retry-count");
        using var asked = await device.Http.SendAsync(preflight, Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "hybrid/status");
        request.Headers.Add("Origin", origin);
        using var response = await device.Http.SendAsync(request, Token);

        Assert.Equal(welcome ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, asked.StatusCode);
        Assert.Equal(welcome, asked.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
        Assert.Equal(welcome ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden, response.StatusCode);
        // A page must be able to read why it was refused.
        Assert.Equal(welcome, response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(false, "", "edge.example.com", false)]
    [InlineData(false, "edge.example.com", "edge.example.com:8000", true)]
    [InlineData(false, "", "192.168.0.7", false)]
    [InlineData(true, "", "192.168.0.7:8000", true)]
    [InlineData(true, "", "[fe80::1]:8000", true)]
    [InlineData(true, "", "edge.example.com", false)]
    [InlineData(true, "edge.example.com, other.example.com", "EDGE.example.com", true)]
    [InlineData(true, "edge.example.com", "edge.example.com.evil.org", false)]
    public async Task Host_NamesMustBeKnown(bool beyond, string allowed, string host, bool welcome)
    {
        var key = await MakeKeyAsync("a");
        await using var device = await StartAsync(new ApiOptions { AllowedHosts = allowed }, beyond ? Beyond : Door.Local);
        using var request = new HttpRequestMessage(HttpMethod.Get, "hybrid/status");
        request.Headers.Host = host;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);

        using var response = await device.Http.SendAsync(request, Token);

        Assert.Equal(welcome ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Fact]
    public async Task Log_OfRefusalsAndAnswers_HoldsNeitherTextNorKey()
    {
        var key = await MakeKeyAsync("a");
        await using var device = await StartAsync(new ApiOptions { MaxPromptTokens = 64 });
        foreach (var body in new[]
        {
            """{"prompt":"zebra-4711"}""", """{"prompt":"zebra-4711""", """{"prompt":{"zebra-4711":1}}""", $"{{\"prompt\":\"{string.Concat(Enumerable.Repeat("zebra-4711 ", 99))}\"}}",
        })
        {
            using var keyed = await SendAsync(device, HttpMethod.Post, "hybrid/prompts", $"Bearer {key}", body: body);
            using var wrong = await SendAsync(device, HttpMethod.Post, "hybrid/prompts", $"Bearer {key}0", body: body);
        }

        Assert.DoesNotContain(device.Log.Lines, line => line.Contains("zebra", StringComparison.OrdinalIgnoreCase) || line.Contains(key[4..], StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<JsonDocument> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));

    private async Task<string> MakeKeyAsync(string name, int? rate = null)
    {
        var secret = ApiKeys.NewSecret();
        await new KeyFile(_folder.Path).ChangeAsync(
            keys => keys.With(new ApiKey($"key-{name}", name, ApiKeys.HashOf(secret), DateTimeOffset.UnixEpoch, rate)), Token);
        return secret;
    }

    private Task<TestDevice> StartAsync(ApiOptions? options = null, Door? door = null) =>
        TestDevice.StartAsync(_folder.Path, works: false, api: options, door: door);

    private async Task<HttpResponseMessage> SendAsync(
        TestDevice device, HttpMethod method, string path, string? authorization, bool asOwner = false, string body = "{}", string? idempotency = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = method == HttpMethod.Post ? new StringContent(body, Encoding.UTF8, "application/json") : null;
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (asOwner)
        {
            request.Headers.Add(HostGuard.TokenHeader, OwnerRecord.Read(_folder.Path)!.Token);
        }

        if (idempotency is not null)
        {
            request.Headers.Add(PromptApi.IdempotencyHeader, idempotency);
        }

        return await device.Http.SendAsync(request, Token);
    }

    private async Task<Guid> PostAsync(TestDevice device, string? authorization, string? idempotency, string prompt = "Which pump?")
    {
        using var response = await SendAsync(
            device, HttpMethod.Post, "hybrid/prompts", authorization, body: $"{{\"prompt\":\"{prompt}\"}}", idempotency: idempotency);
        using var body = await JsonAsync(response);
        return body.RootElement.GetProperty("id").GetGuid();
    }

    private async Task<int> CountAsync(TestDevice device, string? authorization, bool asOwner)
    {
        using var body = await JsonAsync(await SendAsync(device, HttpMethod.Get, "hybrid/prompts", authorization, asOwner));
        return body.RootElement.GetProperty("prompts").GetArrayLength();
    }

    /// <summary>Waits for the prompt's end. Whoever is refused at first, because a probe of the test has the place, asks again.</summary>
    private static async Task WaitAsync(TestDevice device, Guid id, CancellationToken cancellationToken)
    {
        HttpStatusCode status = default;
        await Eventually.HoldsAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"hybrid/prompts/{id}");
            request.Headers.Add("Prefer", "wait=600");
            using var response = await device.Http.SendAsync(request, cancellationToken);
            status = response.StatusCode;
            return status != HttpStatusCode.TooManyRequests;
        });
        Assert.Equal(HttpStatusCode.OK, status);
    }
}
