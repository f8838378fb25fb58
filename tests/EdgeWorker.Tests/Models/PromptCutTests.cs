using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Models;

namespace Hybrid.EdgeWorker.Tests.Models;

public sealed class PromptCutTests
{
    [Fact]
    public void Fit_TooLong_KeepsTheEndsOfTheLongestMessage()
    {
        PromptMessage[] messages = [new(MessageRole.System, "be brief"), new(MessageRole.User, $"begin{new string('x', 3_000)}end"), new(MessageRole.User, "now")];

        var cut = PromptCut.Fit(messages, 500, Count);

        Assert.InRange(Count(cut)!.Value, 300, 500);
        Assert.Equal((messages[0], messages[2]), (cut[0], cut[2]));
        Assert.StartsWith("begin", cut[1].Content, StringComparison.Ordinal);
        Assert.EndsWith("end", cut[1].Content, StringComparison.Ordinal);
        Assert.Single(cut[1].Content.Split('…')[1..]);
    }

    [Fact]
    public void Fit_FitsAlready_IsTheSame()
    {
        PromptMessage[] messages = [new(MessageRole.User, "short")];

        Assert.Same(messages, PromptCut.Fit(messages, 5, Count));
    }

    [Fact]
    public void Fit_PairsOfSurrogates_AreNotHalved()
    {
        for (var most = 20; most < 120; most++)
        {
            var cut = PromptCut.Fit([new(MessageRole.User, string.Concat(Enumerable.Repeat("😀", 200)))], most, Count);

            Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut[0].Content)));
            Assert.True(Count(cut) <= most);
        }
    }

    [Theory]
    [InlineData(30, 100, 887)]
    [InlineData(20, 1_000, 448)]
    [InlineData(400, 3, 100)]
    public void Fit_ManyMessages_KeepsTheLast(int others, int length, int most)
    {
        var cut = PromptCut.Fit([.. Enumerable.Repeat(new PromptMessage(MessageRole.User, new string('x', length)), others), new(MessageRole.User, "now")], most, Count);

        Assert.InRange(Count(cut)!.Value, most / 2, most);
        Assert.EndsWith("w", cut[^1].Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_NothingCanGo_Ends() => Assert.True(Count(PromptCut.Fit([new(MessageRole.User, "abc"), new(MessageRole.User, "def")], 0, Count)) > 0);

    /// <summary>A token for each character.</summary>
    private static int? Count(IReadOnlyList<PromptMessage> messages) => messages.Sum(message => message.Content.Length);
}
