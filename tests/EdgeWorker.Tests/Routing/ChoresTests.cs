using Hybrid.Contracts;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Tests.Routing;

/// <summary>What is a chore and what is not.</summary>
public sealed class ChoresTests
{
    public static TheoryData<string, string?> Messages => new()
    {
        { "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Guidelines:\n- The title", "title" },
        { "### Task:\nGenerate a concise title summarizing the chat history.", "title" },
        { "  \n### Task:\r\nCreate a concise, 3-5 word title with an emoji as a title for the chat history, in the given language.", "title" },
        { "Create a concise, 3-5 word phrase with an emoji as a title for the previous query.", "title_earlier" },
        { "### Task:\nGenerate 1-3 broad tags categorizing the main themes of the chat history, along with 1-3 more specific subtopic tags.", "tags" },
        { "### Task:\nSuggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next in this conversation as a **user**", "follow_ups" },
        { "### Task:\nAnalyze the chat history to determine the necessity of generating search queries, in the given language.", "queries" },
        { "### Task:\nGenerate a detailed prompt for am image generation task based on the given language and context.", "image_prompt" },
        { "### Task:\nYou are an autocompletion system. Continue the text in `<text>` based on the **completion type** in `<type>`", "autocomplete" },
        { "Your task is to reflect the speaker's likely facial expression through a fitting emoji. Interpret emotions", "emoji" },
        { "Generate a title for my essay about pumps.", null },
        { "What does this mean: ### Task:\nGenerate a concise, 3-5 word title", null },
        { "### Task:\nWrite a poem about the sea.", null },
        { "", null },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Find_LastMessage_NamesTheChore(string message, string? chore) =>
        Assert.Equal(chore, new Chores(new RoutingOptions()).Find([new PromptMessage(MessageRole.User, message)]));

    [Fact]
    public void Find_ConfiguredPattern_IsOneMore()
    {
        var chores = new Chores(new RoutingOptions { Chores = { ["summary"] = @"\ASummarise the shift\b" } });

        Assert.Equal("summary", chores.Find([new PromptMessage(MessageRole.User, "summarise the shift of today")]));
    }

    [Fact]
    public void Find_Off_FindsNone() => Assert.Null(
        new Chores(new RoutingOptions { RecognizeChores = false }).Find([new PromptMessage(MessageRole.User, "### Task:\nGenerate a concise title")]));

    [Theory]
    [InlineData("(", true)]
    [InlineData("(?=a)b", true)]
    [InlineData("(a+)+$", false)]
    public void Trouble_PatternThatCannotBeUsed_SaysWhy(string pattern, bool troubled) => Assert.Equal(troubled, Chores.Trouble(pattern) is not null);
}
