using Hybrid.FakeModelServer;

namespace Hybrid.EndToEnd;

/// <summary>Prompts through device, queue, function and back, in every mode.</summary>
public sealed class RouteTests : PipelineFixture
{
    private static readonly (string, string) AlwaysSure = ("Routing:ConfidenceThreshold", "0");
    private static readonly (string, string) NeverSure = ("Routing:ConfidenceThreshold", "1");
    private static readonly object Known = new { prompt = "What does alarm E-104 mean?" };

    [Fact]
    public async Task KnownAlarm_IsAnsweredOnTheDevice()
    {
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device");

        var outcome = await device.AskAsync(Known);

        Assert.Equal("answered local mode", Summary(outcome));
        Assert.Equal("Coolant level low. Refill the tank.", outcome["answer"]!.GetValue<string>());
        Assert.Equal(["accepted", "answered"], await device.TraceAsync(outcome["id"]!.GetValue<string>()));
        Assert.Empty(Model.Calls);
    }

    [Fact]
    public async Task UnsurePrompt_GoesToTheCloudAndComesBackWithItsCost()
    {
        Model.Reply = _ => FakeModelReply.Answer("The cloud knows.");
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);

        var outcome = await device.AskAsync(Known);

        Assert.Equal("answered cloud unsure", Summary(outcome));
        Assert.Equal("The cloud knows.", outcome["answer"]!.GetValue<string>());
        Assert.True(outcome["cost"]!["amount"]!.GetValue<decimal>() > 0, outcome.ToJsonString());
        Assert.NotNull(outcome["confidence"]);
        Assert.Equal(["accepted", "escalated", "answered"], await device.TraceAsync(outcome["id"]!.GetValue<string>()));
        Assert.Single(Model.Calls);
    }

    [Fact]
    public async Task ChatWithTools_TheCloudsCallComesBackToTheClient()
    {
        Model.Reply = _ => FakeModelReply.ToolCall("call_1", "open_valve", "{\"pump\":7}");
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device");

        var answer = await device.ChatAsync(new
        {
            model = "hybrid",
            messages = new[] { new { role = "user", content = "Open the valve of pump 7." } },
            tools = new[] { new { type = "function", function = new { name = "open_valve", parameters = new { type = "object" } } } },
        });

        var choice = answer["choices"]![0]!;
        Assert.Equal("tool_calls", choice["finish_reason"]!.GetValue<string>());
        var call = Assert.Single(choice["message"]!["tool_calls"]!.AsArray())!;
        Assert.Equal("call_1", call["id"]!.GetValue<string>());
        Assert.Equal(("open_valve", "{\"pump\":7}"), (call["function"]!["name"]!.GetValue<string>(), call["function"]!["arguments"]!.GetValue<string>()));
        Assert.Contains("open_valve", Assert.Single(Model.Calls).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChatWithLogProbs_TheCloudsComeBackToTheClient()
    {
        Model.Reply = _ => FakeModelReply.LogProb("Seven", -0.25, "Eight");
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device");

        var answer = await device.ChatAsync(new
        {
            model = "cloud",
            messages = new[] { new { role = "user", content = "Which pump?" } },
            logprobs = true,
            top_logprobs = 1,
        });

        var choice = answer["choices"]![0]!;
        Assert.Equal("Seven", choice["message"]!["content"]!.GetValue<string>());
        var token = Assert.Single(choice["logprobs"]!["content"]!.AsArray())!;
        Assert.Equal(("Seven", -0.25), (token["token"]!.GetValue<string>(), token["logprob"]!.GetValue<double>()));
        var other = Assert.Single(token["top_logprobs"]!.AsArray())!;
        Assert.Equal(("Eight", -1.25), (other["token"]!.GetValue<string>(), other["logprob"]!.GetValue<double>()));
    }

    [Theory]
    [InlineData("LocalFirst", "answered local mode")]
    [InlineData("CloudFirst", "answered cloud mode")]
    [InlineData("LocalOnly", "answered local mode")]
    [InlineData("CloudOnly", "answered cloud mode")]
    public async Task Mode_Decides(string mode, string expected)
    {
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", ("Routing:Mode", mode), AlwaysSure);

        var outcome = await device.AskAsync(Known);

        Assert.Equal(expected, Summary(outcome));
    }

    [Fact]
    public async Task LocalOnly_UnsurePrompt_StaysOnTheDevice()
    {
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", ("Routing:Mode", "LocalOnly"), NeverSure);

        var outcome = await device.AskAsync(Known);

        Assert.Equal("answered local mode", Summary(outcome));
        Assert.Empty(Model.Calls);
    }

    [Fact]
    public async Task PinnedModels_AreObeyed()
    {
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);

        var cloud = await device.AskAsync(new { prompt = "Hello", model = "cloud" });
        var local = await device.AskAsync(new { prompt = "Hello", model = "small" });

        Assert.Equal("answered cloud pinned", Summary(cloud));
        Assert.Equal("answered local pinned", Summary(local));
    }

    [Fact]
    public async Task CloudFirst_SilentCloud_FallsBackToTheDevice()
    {
        Model.Reply = _ => FakeModelReply.Hang;
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", ("Routing:Mode", "CloudFirst"), ("Pipeline:CloudWait", "00:00:02"));

        var outcome = await device.AskAsync(Known);

        Assert.Equal("answered local cloud_late", Summary(outcome));
    }

    [Fact]
    public async Task LongConversation_TravelsByClaimCheck()
    {
        await StartCloudAsync();
        using var device = await StartEdgeAsync("device", NeverSure);

        var outcome = await device.AskAsync(new { prompt = string.Concat(Enumerable.Repeat("What does alarm E-104 mean? ", 4000)) });

        Assert.Equal("answered cloud too_long", Summary(outcome));
        Assert.Single(Model.Calls);
    }

    [Fact]
    public async Task UsedIdempotencyKey_SameBodyGivesTheSamePromptAnotherIsRefused()
    {
        using var device = await StartEdgeAsync("device", AlwaysSure);

        var (_, first) = await device.PostAsync(Known, "key-1", wait: 30);
        var (_, again) = await device.PostAsync(Known, "key-1", wait: 30);
        var (status, problem) = await device.PostAsync(new { prompt = "Something else" }, "key-1");

        Assert.Equal(first["id"]!.GetValue<string>(), again["id"]!.GetValue<string>());
        Assert.Equal(422, status);
        Assert.Contains("Idempotency-Key", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoDevices_NeverSeeEachOthersAnswers()
    {
        Model.Reply = call => FakeModelReply.Answer(call.Body.Contains("first device", StringComparison.Ordinal) ? "for the first" : "for the second");
        await StartCloudAsync();
        using var first = await StartEdgeAsync("first", NeverSure);
        using var second = await StartEdgeAsync("second", NeverSure);

        var ids = new List<(Device Device, string Id, string Expected)>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((first, await first.SubmitAsync(new { prompt = $"I am the first device, question {i}" }), "for the first"));
            ids.Add((second, await second.SubmitAsync(new { prompt = $"I am the second device, question {i}" }), "for the second"));
        }

        foreach (var (device, id, expected) in ids)
        {
            Assert.Equal(expected, (await device.OutcomeAsync(id))["answer"]!.GetValue<string>());
        }

        foreach (var device in new[] { first, second })
        {
            var counters = (await device.GetAsync("hybrid/status"))["counters"]!.AsObject();
            Assert.False(counters.ContainsKey("parked") || counters.ContainsKey("poisoned"), counters.ToJsonString());
        }
    }

    internal static string Summary(System.Text.Json.Nodes.JsonNode outcome) => $"{outcome["state"]} {outcome["route"]} {outcome["reason"]}".Replace("  ", " ", StringComparison.Ordinal);
}
