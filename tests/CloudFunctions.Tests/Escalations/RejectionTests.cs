using System.Text;
using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Escalations;
using Hybrid.Contracts;
using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests.Escalations;

/// <summary>
/// Escalations that break the contract: kept with the reason, ended for their device, never asked, never delivered again.
/// </summary>
[Collection(HandlerGroup.Handlers)]
public sealed class RejectionTests(AzuriteFixture azurite)
{
    private readonly EscalationData _prompt = Samples.Escalation(Samples.NewDevice());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task UnknownVersion_IsRejected() =>
        AssertRejectedAsync(Change(json => json["type"] = "hybrid.escalation.v2"), "unknown_version");

    [Fact]
    public Task WrongSource_IsRejected() => AssertRejectedAsync(Samples.Bytes(_prompt, source: "/devices/another"), "wrong_device");

    [Fact]
    public Task MissingMessages_IsRejected() =>
        AssertRejectedAsync(Change(json => json["data"]!.AsObject().Remove("messages")), "malformed");

    [Fact]
    public Task WrongType_IsRejected() => AssertRejectedAsync(Change(json => json["data"]!["deadline"] = "tomorrow"), "malformed");

    [Fact]
    public Task OptionOutOfRange_IsRejected() =>
        AssertRejectedAsync(Change(json => json["data"]!["options"] = new JsonObject { ["temperature"] = 3 }), "malformed");

    [Fact]
    public Task ForeignClaim_IsRejected() =>
        AssertRejectedAsync(Change(json => json["dataref"] = $"claims/another/{Guid.NewGuid()}"), "malformed");

    [Fact]
    public Task TooManyMessages_IsRejected() =>
        AssertRejectedAsync(
            Change(json => json["data"]!["messages"] = new JsonArray(
                [.. Enumerable.Range(0, 1025).Select(_ => (JsonNode)new JsonObject { ["role"] = "user", ["content"] = "" })])),
            "malformed");

    [Theory]
    [InlineData("no JSON at all")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("""{"data":{"promptId":"x","deviceId":"../up","journalEpoch":1}}""")]
    public async Task Unreadable_IsKeptAlone(string body)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);

        Assert.Equal(Handled.Done, await stack.Get<EscalationHandler>().HandleAsync(Encoding.UTF8.GetBytes(body), Token));

        var letter = Assert.Single(await stack.RejectedAsync());
        Assert.Equal(body, Encoding.UTF8.GetString(letter.Original.Span));
        Assert.Equal("malformed", letter.Reason?.Code);
    }

    [Fact]
    public async Task Direct_FromADevice_IsRejected()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var prompt = Samples.Escalation(DeviceIds.Direct);

        await stack.Get<EscalationHandler>().HandleAsync(Samples.Bytes(prompt), Token);

        Assert.Equal("wrong_device", Assert.Single(await stack.RejectedAsync()).Reason?.Code);
        Assert.Empty(stack.Model.Calls);
    }

    [Fact]
    public async Task Oversized_ClaimedPrompt_IsRejectedAndKeepsItsClaim()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var prompt = Samples.Escalation(_prompt.DeviceId, text: new string('x', Limits.PromptBytes + 1));
        await stack.Transport.Open(Messaging.QueueAddress.Escalations).EnsureAsync(Token);
        await stack.Get<Messaging.Events.EventSender>().SendAsync(Messaging.QueueAddress.Escalations, Samples.Bytes(prompt), Token);
        var body = Assert.Single(await stack.DrainAsync(Messaging.QueueAddress.Escalations));

        await stack.Get<EscalationHandler>().HandleAsync(body, Token);
        await stack.Get<EscalationHandler>().HandleAsync(body, Token);

        Assert.Equal("rejected", (await stack.OutcomeAsync(prompt))?.Error?.Code);
        Assert.Single(await stack.RejectedAsync());
        Assert.True(await stack.BlobExistsAsync(EventFormat.ReadEnvelope(body).DataRef!));
        Assert.Empty(stack.Model.Calls);
    }

    private byte[] Change(Action<JsonNode> change)
    {
        var json = JsonNode.Parse(Samples.Bytes(_prompt))!;
        change(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private async Task AssertRejectedAsync(byte[] body, string reason)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);

        Assert.Equal(Handled.Done, await stack.Get<EscalationHandler>().HandleAsync(body, Token));

        var letter = Assert.Single(await stack.RejectedAsync());
        Assert.Equal(reason, letter.Reason?.Code);
        Assert.Equal(body, letter.Original.ToArray());
        var answer = Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data;
        Assert.Equal((CloudOutcome.Failed, "rejected"), (answer.Outcome, answer.Error?.Code));
        Assert.Equal((_prompt.PromptId, Samples.Epoch), (answer.PromptId, answer.JournalEpoch));
        Assert.Equal(answer, await stack.OutcomeAsync(_prompt));
        Assert.Empty(stack.Model.Calls);
    }
}
