using System.Text;
using System.Text.Json.Nodes;

namespace Hybrid.Contracts.Tests;

/// <summary>What breaks the contract is refused by the name of its field; what is merely unknown is ignored.</summary>
public sealed class EventFormatTests
{
    public static TheoryData<string, string?> BrokenAttributes => new()
    {
        { "specversion", "\"0.3\"" }, { "specversion", null }, { "specversion", "1" }, { "id", null }, { "id", "\"\"" }, { "source", "null" },
        { "type", "\"hybrid.escalation.v2\"" }, { "type", null }, { "subject", "\"other\"" }, { "subject", null }, { "time", "\"yesterday\"" },
        { "time", null }, { "datacontenttype", null }, { "data", "\"text\"" }, { "data", null }, { "data", "[]" },
    };

    public static TheoryData<string, string?> BrokenData => new()
    {
        { "promptId", null }, { "promptId", "\"7\"" }, { "promptId", "7" }, { "promptId", "\"00000000-0000-0000-0000-000000000000\"" },
        { "deviceId", null }, { "deviceId", "\"Pump 7\"" }, { "deviceId", "\"../other\"" }, { "deviceId", "\"a--b\"" }, { "deviceId", "\"a\\n\"" },
        { "journalEpoch", null }, { "journalEpoch", "true" }, { "deadline", null }, { "deadline", "12" }, { "messages", null }, { "messages", "[]" },
        { "messages", "[{\"role\":1,\"content\":\"x\"}]" }, { "messages", "[{\"role\":\"robot\",\"content\":\"x\"}]" },
        { "messages", "[{\"role\":\"user\"}]" }, { "messages", "[{\"role\":\"user\",\"content\":null}]" }, { "messages", "[null]" },
        { "reason", null }, { "reason", "\"\"" }, { "reason", "3" }, { "options", "{\"maxTokens\":0}" }, { "options", "{\"temperature\":-1}" },
        { "options", "{\"topP\":\"high\"}" }, { "options", "{\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}" }, { "confidence", "\"much\"" },
    };

    [Theory]
    [MemberData(nameof(BrokenAttributes))]
    public void Read_BrokenAttribute_IsRefusedByName(string field, string? value)
    {
        var exception = Assert.Throws<ContractException>(() => Read(Change(json => Set(json, field, value))));

        Assert.Contains(field, exception.Field + exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(BrokenData))]
    public void Read_BrokenData_IsRefusedByName(string field, string? value)
    {
        var exception = Assert.Throws<ContractException>(() => Read(Change(json => Set(json["data"]!.AsObject(), field, value))));

        Assert.Contains(field, exception.Field + exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Read_UnknownFields_AreIgnored()
    {
        var data = Read(Change(json =>
        {
            json["newer"] = true;
            json["data"]!["newer"] = new JsonObject { ["a"] = 1 };
            json["data"]!["messages"]![0]!["name"] = "x";
        }));

        Assert.Equal(Samples.Prompt, data.PromptId);
    }

    [Fact]
    public void Read_ResultThatNobodyAnswered_RoundTrips()
    {
        var result = new ResultData(Samples.Prompt, "pump-7", Guid.NewGuid(), PromptState.Expired, null, ReasonCode.Deadline, 1);
        var written = EventFormat.Write(EventFormat.Create(
            "r-1", EventFormat.DeviceSource("pump-7"), EventTypes.Result, Samples.Prompt, DateTimeOffset.UnixEpoch, result, null));

        Assert.Equal(result, EventFormat.ReadData<ResultData>(EventFormat.ReadEnvelope(written), EventTypes.Result, claim: null));
    }

    [Fact]
    public void Read_DoubledField_IsRefused()
    {
        var text = Encoding.UTF8.GetString(EventFormat.Write(Samples.Escalation())).Replace("\"deviceId\":", "\"deviceId\":\"a\",\"deviceId\":", StringComparison.Ordinal);

        var exception = Assert.Throws<ContractException>(() => Read(text));

        Assert.Contains("deviceId", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"specversion\":")]
    public void Read_NoEvent_IsRefused(string text) => Assert.Throws<ContractException>(() => Read(text));

    [Fact]
    public void Read_WrongPrompt_NeverRepeatsItsText()
    {
        var text = Encoding.UTF8.GetString(EventFormat.Write(Samples.Escalation())).Replace("\"role\":\"user\"", "\"role\":\"SECRET\"", StringComparison.Ordinal);

        var exception = Assert.Throws<ContractException>(() => Read(text));

        Assert.DoesNotContain("Zw", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SECRET words, no JSON")]
    [InlineData("{\"specversion\":SECRET}")]
    [InlineData("{\"specversion\":\"SECRET")]
    public void Read_NoJson_NeverRepeatsIt(string text)
    {
        var exception = Assert.Throws<ContractException>(() => Read(text));

        Assert.DoesNotContain("SECRET", exception.ToString(), StringComparison.Ordinal);
        Assert.Contains("no JSON from line 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadData_Claim_IsReadAndMustBelongToTheEvent()
    {
        var whole = Samples.Escalation();
        var ids = EventFormat.Create(whole.Id, whole.Source, whole.Type, Samples.Prompt, whole.Time,
            new ClaimedData(whole.Data.PromptId, whole.Data.DeviceId, whole.Data.JournalEpoch, whole.Data.Deadline), null) with
        { DataRef = "claims/pump-7/1" };
        var envelope = EventFormat.ReadEnvelope(EventFormat.Write(ids));

        var read = EventFormat.ReadData<EscalationData>(envelope, EventTypes.Escalation, EventFormat.WriteData(whole.Data));
        var other = EventFormat.WriteData(whole.Data with { DeviceId = "pump-8" });

        Assert.Equivalent(whole.Data, read, strict: true);
        Assert.Equal(whole.Data.Deadline, EventFormat.ReadIds(envelope).Deadline);
        Assert.Throws<ContractException>(() => EventFormat.ReadData<EscalationData>(envelope, EventTypes.Escalation, other));
        Assert.Throws<ContractException>(() => EventFormat.ReadData<EscalationData>(envelope, EventTypes.Escalation, null));
    }

    [Fact]
    public void Read_LargestPrompt_PassesAndOneByteMoreDoesNot()
    {
        static EscalationData Of(int bytes) => Samples.Escalation().Data with { Messages = [new PromptMessage(MessageRole.User, new string('x', bytes))] };

        EventFormat.Check(Of(Limits.PromptBytes).Messages, null);

        Assert.Throws<ContractException>(() => EventFormat.Check(Of(Limits.PromptBytes + 1).Messages, null));
        Assert.Throws<ContractException>(() => EventFormat.Check([.. Enumerable.Repeat(new PromptMessage(MessageRole.User, "x"), Limits.Messages + 1)], null));
    }

    [Theory]
    [InlineData("pump-7", true)]
    [InlineData("a", true)]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghij", true)]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghijk", false)]
    [InlineData("direct", false)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a--b", false)]
    [InlineData("A", false)]
    [InlineData("ä", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    public void IsValid_DeviceId_FollowsTheRule(string id, bool valid) => Assert.Equal(valid, DeviceIds.IsValid(id));

    private static EscalationData Read(string json) =>
        EventFormat.ReadData<EscalationData>(EventFormat.ReadEnvelope(Encoding.UTF8.GetBytes(json)), EventTypes.Escalation, null);

    private static string Change(Action<JsonObject> change)
    {
        var json = JsonNode.Parse(EventFormat.Write(Samples.Escalation()))!.AsObject();
        change(json);
        return json.ToJsonString();
    }

    private static void Set(JsonObject json, string field, string? value)
    {
        if (value is null)
        {
            json.Remove(field);
        }
        else
        {
            json[field] = JsonNode.Parse(value);
        }
    }
}
