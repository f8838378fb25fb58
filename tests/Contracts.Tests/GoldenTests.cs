using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;

namespace Hybrid.Contracts.Tests;

/// <summary>What was sent yesterday is read today. Golden files are added, never edited.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Names => ["escalation.v1", "answer.v1", "result.v1"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_Sample_EqualsTheGoldenFile(string name)
    {
        var written = JsonNode.Parse(Bytes(name))!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Golden(name)), written), written.ToJsonString());
    }

    [Fact]
    public void ReadData_GoldenFiles_GiveTheSamples()
    {
        var escalation = EventFormat.ReadData<EscalationData>(EventFormat.ReadEnvelope(Golden("escalation.v1")), EventTypes.Escalation, null);
        var answer = EventFormat.ReadData<AnswerData>(EventFormat.ReadEnvelope(Golden("answer.v1")), EventTypes.Answer, null);
        var result = EventFormat.ReadData<ResultData>(EventFormat.ReadEnvelope(Golden("result.v1")), EventTypes.Result, null);

        Assert.Equivalent(Samples.Escalation().Data, escalation, strict: true);
        Assert.Equal(Samples.Answer().Data, answer);
        Assert.Equal(Samples.Result().Data, result);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_Sample_IsACloudEvent(string name)
    {
        CloudEventAttribute[] extensions = [CloudEventAttribute.CreateExtension("traceparent", CloudEventAttributeType.String)];

        var parsed = new JsonEventFormatter().DecodeStructuredModeMessage(Bytes(name), new ContentType("application/cloudevents+json"), extensions);

        Assert.True(parsed.IsValid);
        Assert.Equal($"hybrid.{name}", parsed.Type);
        Assert.Equal(Samples.Prompt.ToString(), parsed.Subject);
        Assert.Equal("application/json", parsed.DataContentType);
        Assert.NotNull(parsed["traceparent"]);
    }

    private static byte[] Bytes(string name) => name switch
    {
        "escalation.v1" => EventFormat.Write(Samples.Escalation()),
        "answer.v1" => EventFormat.Write(Samples.Answer()),
        _ => EventFormat.Write(Samples.Result()),
    };

    private static byte[] Golden(string name) =>
        Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}.json")));
}
