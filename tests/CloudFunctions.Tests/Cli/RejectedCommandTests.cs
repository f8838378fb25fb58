using System.Text;
using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Cli;
using Hybrid.CloudFunctions.Escalations;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.DeadLetters;

namespace Hybrid.CloudFunctions.Tests.Cli;

/// <summary><c>hybrid-cloud rejected</c> as an operator uses it.</summary>
[Collection(HandlerGroup.Handlers)]
public sealed class RejectedCommandTests(AzuriteFixture azurite)
{
    private readonly EscalationData _prompt = Samples.Escalation(Samples.NewDevice());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_Empty_IsEmpty()
    {
        await using var stack = await CreateAsync();

        var (code, output, error) = await RunAsync("rejected", "list");
        var json = await RunAsync("rejected", "list", "--json");

        Assert.Equal((0, ""), (code, output));
        Assert.Contains("Nothing", error, StringComparison.Ordinal);
        Assert.Equal((0, "[]"), (json.Code, json.Output.Trim()));
    }

    [Fact]
    public async Task List_BothQueues_NamesReasonsAndTakesNothing()
    {
        await using var stack = await CreateAsync();
        await RejectAsync(stack, "not ours");
        var poison = stack.Transport.Open(RejectedMessages.EscalationsPoison);
        await poison.EnsureAsync(Token);
        await poison.SendAsync(new OutgoingMessage("1", Samples.Bytes(_prompt)), Token);

        var table = await RunAsync("rejected", "list");
        var rows = JsonNode.Parse((await RunAsync("rejected", "list", "--json")).Output)!.AsArray();

        Assert.Contains(_prompt.PromptId.ToString(), table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.Secret, table.Output, StringComparison.Ordinal);
        Assert.Equal(["malformed", "poisoned"], rows.Select(row => (string)row!["reason"]!));
        Assert.Equal(["escalations-rejected", "escalations-poison"], rows.Select(row => (string)row!["queue"]!));
        Assert.Equal(_prompt.DeviceId, (string?)rows[1]!["deviceId"]);
        Assert.Single(await stack.DrainAsync(QueueAddress.Rejected));
        Assert.Single(await stack.DrainAsync(RejectedMessages.EscalationsPoison));
    }

    [Fact]
    public async Task Show_Message_TellsAllButTheTextUnlessAsked()
    {
        await using var stack = await CreateAsync();
        var body = await RejectWrongSourceAsync(stack);
        var id = await IdAsync();

        var shown = await RunAsync("rejected", "show", id);
        var json = await RunAsync("rejected", "show", id, "--json");
        var original = await RunAsync("rejected", "show", id, "--original");
        var unknown = await RunAsync("rejected", "show", "000000000000");

        Assert.Equal(0, shown.Code);
        Assert.Contains("wrong_device", shown.Output, StringComparison.Ordinal);
        Assert.Equal("failed", (string?)JsonNode.Parse(json.Output)!["outcome"]);
        Assert.DoesNotContain(Samples.Secret, shown.Output + json.Output, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetString(body), original.Output.TrimEnd());
        Assert.Equal((1, ""), (unknown.Code, unknown.Output));
        Assert.Contains("rejected list", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_WithoutOutcome_IsSentAgain()
    {
        await using var stack = await CreateAsync();
        await RejectAsync(stack, "not ours");

        var (code, output, _) = await RunAsync("rejected", "replay", await IdAsync());

        Assert.Equal(0, code);
        Assert.EndsWith("replayed", output.Trim(), StringComparison.Ordinal);
        Assert.Equal("not ours", Encoding.UTF8.GetString(Assert.Single(await stack.DrainAsync(QueueAddress.Escalations))));
        Assert.Empty(await stack.DrainAsync(QueueAddress.Rejected));
    }

    [Fact]
    public async Task Replay_Twice_IsSentUnderAnotherIdEachTime()
    {
        // A broker that drops duplicates must not take a replay for the original, or for the last replay.
        await using var stack = await CreateAsync();
        var archive = new RejectedArchive(stack.Get<FailingTransport>(), stack.Get<DeadLetterStore>(), stack.Outcomes);
        for (var round = 0; round < 2; round++)
        {
            await RejectAsync(stack, "not ours");
            var entry = Assert.Single(await archive.TakeAsync(Token));
            Assert.Equal(ReplayEnd.Replayed, await archive.ReplayAsync(entry, discardOutcome: false, Token));
        }

        var replays = stack.Get<FailingTransport>().SentIds.Where(id => id.StartsWith("replay-", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, replays.Distinct().Count());
        Assert.All(replays, id => Assert.InRange(id.Length, 1, 128));
    }

    [Fact]
    public async Task Replay_WithFailure_IsLeftUntilItIsDiscarded()
    {
        await using var stack = await CreateAsync();
        await stack.Get<PoisonHandler>().HandleAsync(Samples.Bytes(_prompt), null, Token);

        var left = await RunAsync("rejected", "replay", "--all", "--json");
        var replayed = await RunAsync("rejected", "replay", "--all", "--discard-outcome");
        var message = Assert.Single(await stack.DrainAsync(QueueAddress.Escalations));
        await stack.Get<EscalationHandler>().HandleAsync(message, Token);

        Assert.Equal(1, left.Code);
        Assert.Contains("--discard-outcome", (string?)JsonNode.Parse(left.Output)![0]!["detail"], StringComparison.Ordinal);
        Assert.Equal(0, replayed.Code);
        Assert.Equal("An answer.", (await stack.OutcomeAsync(_prompt))?.Text);
        Assert.Empty(await stack.DrainAsync(QueueAddress.Rejected));
    }

    [Fact]
    public async Task Replay_Answered_IsNeverAskedAgain()
    {
        await using var stack = await CreateAsync();
        await stack.Get<RejectedMessages>().PutAsync(
            QueueAddress.Rejected, new DeadLetterReason("poisoned", "Why."), Samples.Bytes(_prompt), Token);
        await stack.Get<EscalationHandler>().HandleAsync(Samples.Bytes(_prompt), Token);

        var (code, _, error) = await RunAsync("rejected", "replay", "--all", "--discard-outcome");

        Assert.Equal(1, code);
        Assert.Contains("Answered", error, StringComparison.Ordinal);
        Assert.Equal("An answer.", (await stack.OutcomeAsync(_prompt))?.Text);
        Assert.Empty(await stack.DrainAsync(QueueAddress.Escalations));
    }

    [Theory]
    [InlineData("rejected", "replay")]
    [InlineData("rejected", "replay", "3f9c0a51b2d4", "--all")]
    [InlineData("rejected", "show")]
    [InlineData("rejected", "burn")]
    [InlineData("--urls", "http://0.0.0.0:80", "--standalone")]
    [InlineData("--urls", "https://127.0.0.1:80", "--standalone")]
    [InlineData("--no-such-option")]
    public async Task BadUsage_SaysSoAndExits2(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task NoHost_SaysSoAndExits2()
    {
        var (code, _, error) = await RunAsync();

        Assert.Equal(2, code);
        Assert.Contains("--standalone", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_MasksSecrets()
    {
        var (code, output, error) = await RunAsync(
            "--check", "--Model:Provider=OpenAI", "--Model:Model=m", "--Model:ApiKey=hush", "--Model:Endpoint=http://localhost:1/v1", "--Model:Pth=a", "--Journal:Folder=b");

        Assert.Equal(0, code);
        Assert.Contains("Model:ApiKey = ***", output, StringComparison.Ordinal);
        Assert.Contains("Model:Model = m", output, StringComparison.Ordinal);
        Assert.Contains("Model:TotalTime = 00:08:00", output, StringComparison.Ordinal);
        Assert.Contains("Claims:KeepFor = 37.00:00:00", output, StringComparison.Ordinal);
        Assert.Contains("Prices:large = 0 in, 0 out, USD per million tokens", output, StringComparison.Ordinal);
        Assert.Equal("Model:Pth is set, but hybrid-cloud has no such setting.", error.Trim());
        Assert.DoesNotContain("hush", output, StringComparison.Ordinal);
        Assert.DoesNotContain("AccountKey", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("rejected", "--help")]
    [InlineData("rejected", "list", "--help")]
    [InlineData("rejected", "show", "--help")]
    [InlineData("rejected", "replay", "--help")]
    public async Task Help_HasExamples(params string[] arguments)
    {
        var (code, output, _) = await RunAsync(arguments);

        Assert.Equal(0, code);
        Assert.Contains("  hybrid-cloud ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_StorageAway_SaysSoAndExits1()
    {
        var connection = azurite.Server.ConnectionString.Replace(
            $":{azurite.Server.QueueEndpoint.Port}", ":1", StringComparison.Ordinal);

        var (code, output, error) = await RunAsync("rejected", "list", $"--Messaging:ConnectionString={connection}");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("could not be reached", error, StringComparison.Ordinal);
        Assert.DoesNotContain("AccountKey", error, StringComparison.Ordinal);
    }

    private Task<CloudStack> CreateAsync() => CloudStack.CreateAsync(azurite.Server.ConnectionString);

    private static Task<Handled> RejectAsync(CloudStack stack, string body) =>
        stack.Get<EscalationHandler>().HandleAsync(Encoding.UTF8.GetBytes(body), Token);

    private async Task<byte[]> RejectWrongSourceAsync(CloudStack stack)
    {
        var body = Samples.Bytes(_prompt, source: "/devices/another");
        await stack.Get<EscalationHandler>().HandleAsync(body, Token);
        return body;
    }

    private async Task<string> IdAsync() =>
        (string)Assert.Single(JsonNode.Parse((await RunAsync("rejected", "list", "--json")).Output)!.AsArray())!["id"]!;

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        string[] account = arguments.Any(argument => argument.StartsWith("--Messaging", StringComparison.Ordinal))
            ? []
            : [$"--Messaging:ConnectionString={azurite.Server.ConnectionString}"];
        return (await CloudCommand.InvokeAsync([.. arguments, .. account], output, error), output.ToString(), error.ToString());
    }
}
