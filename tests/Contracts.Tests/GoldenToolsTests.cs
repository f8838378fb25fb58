using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hybrid.Contracts.Tests;

/// <summary>Events with the fields that came with the OpenAI API: read and written as their golden files have them.</summary>
public sealed class GoldenToolsTests
{
    [Fact]
    public void Escalation_ReadsAndWritesTheSame()
    {
        var envelope = EventFormat.ReadEnvelope(Golden("escalation.v1.tools"));
        var data = EventFormat.ReadData<EscalationData>(envelope, EventTypes.Escalation, null);

        Assert.Equal((MessageRole.Tool, "call_1"), (data.Messages[2].Role, data.Messages[2].ToolCallId));
        Assert.Equal(("level", true), (data.Options!.Schema!.Name, data.Options.Schema.Strict));
        Assert.True(data.Options.OffersTools);
        Same("escalation.v1.tools", EventFormat.Write(EventFormat.Create(envelope.Id, envelope.Source, envelope.Type, data.PromptId, envelope.Time, data, null)));
    }

    [Fact]
    public void Answer_ReadsAndWritesTheSame()
    {
        var envelope = EventFormat.ReadEnvelope(Golden("answer.v1.tools"));
        var data = EventFormat.ReadData<AnswerData>(envelope, EventTypes.Answer, null);

        Assert.Equal("read_level", Assert.Single(data.ToolCalls!).Name);
        Assert.Equal("12", Encoding.UTF8.GetString(Assert.Single(data.LogProbs!).Bytes));
        Same("answer.v1.tools", EventFormat.Write(EventFormat.Create(envelope.Id, envelope.Source, envelope.Type, data.PromptId, envelope.Time, data, null)));
    }

    public static TheoryData<PromptOptions, string> BadOptions => new()
    {
        { new PromptOptions(FrequencyPenalty: 3), "options.frequencyPenalty" },
        { new PromptOptions(PresencePenalty: double.NaN), "options.presencePenalty" },
        { new PromptOptions(TopLogProbs: 21), "options.topLogProbs" },
        { new PromptOptions(Schema: new AnswerSchema("a", JsonElement.Parse("7"))), "options.schema" },
        { new PromptOptions(Schema: new AnswerSchema("a b", JsonElement.Parse("{}"))), "options.schema.name" },
        { new PromptOptions(Tools: [new PromptTool("")]), "options.tools" },
        { new PromptOptions(Tools: [new PromptTool("a", Parameters: JsonElement.Parse("[]"))]), "options.tools" },
        { new PromptOptions(ToolChoice: "required"), "options.toolChoice" },
        { new PromptOptions(Tools: [new PromptTool("a")], ToolChoice: "function", ToolName: "b"), "options.toolName" },
        { new PromptOptions(User: new string('u', 513)), "options.user" },
        { new PromptOptions(Metadata: Enumerable.Range(0, 17).ToDictionary(i => $"{i}", i => "")), "options.metadata" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Check_BadOption_NamesIt(PromptOptions options, string field)
    {
        var exception = Assert.Throws<ContractException>(() => EventFormat.Check([new PromptMessage(MessageRole.User, "a")], options));

        Assert.Equal(field, exception.Field);
    }

    [Fact]
    public void Check_ToolResultWithoutItsCall_NamesIt()
    {
        var exception = Assert.Throws<ContractException>(
            () => EventFormat.Check([new PromptMessage(MessageRole.User, "a"), new PromptMessage(MessageRole.Tool, "b")], null));

        Assert.Equal("messages[1].toolCallId", exception.Field);
    }

    private static void Same(string name, byte[] written) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Golden(name)), JsonNode.Parse(written)), Encoding.UTF8.GetString(written));

    private static byte[] Golden(string name) =>
        Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}.json")));
}
