using Hybrid.StarterModels.Corpus;

namespace Hybrid.StarterModels.Tests.Corpus;

public sealed class TrainingStreamTests
{
    private const int Conversations = 60_000;

    [Fact]
    public void Stream_SameSeed_GivesTheSameConversations()
    {
        var first = Read(seed: 7, 2_000).Select(Text).ToList();

        Assert.Equal(first, Read(seed: 7, 2_000).Select(Text));
        Assert.NotEqual(first, Read(seed: 8, 2_000).Select(Text));
    }

    [Fact]
    public void Stream_HeldOutCombinations_NeverAppear()
    {
        var world = new World(Domain.Load());
        var heldOut = new[] { Split.Development, Split.Test }
            .SelectMany(split => world.Tasks.SelectMany(task => task.HeldOut(split)))
            .Select(Combination)
            .ToHashSet();

        var turns = Read(seed: 1, Conversations).SelectMany(conversation => conversation.Turns).ToList();

        Assert.DoesNotContain(turns, turn => heldOut.Contains(Combination(turn)));
        Assert.Superset(world.Tasks.Select(task => task.Name).ToHashSet(), turns.Select(turn => turn.Task).ToHashSet());
    }

    [Fact]
    public void Stream_HeldOutPrompts_NeverAppearWhateverTheCase()
    {
        var world = new World(Domain.Load());
        var prompts = world.HeldOut(Split.Test, task => world.Domain.Evaluation[task]).Select(sample => Plain(sample.Prompt)).ToHashSet();

        var turns = Read(seed: 1, Conversations).SelectMany(conversation => conversation.Turns);

        Assert.DoesNotContain(turns, turn => prompts.Contains(Plain(turn.Prompt)));
    }

    [Fact]
    public void Stream_LongTail_ShowsEveryFact()
    {
        var world = new World(Domain.Load());

        // One fact more with every 16 questions about parts, which are a fifth of all: all 1,000 are there after 75,000 conversations.
        var facts = Read(seed: 1, 90_000)
            .SelectMany(conversation => conversation.Turns)
            .Where(turn => turn.Task == "part")
            .Select(turn => turn.Item)
            .Distinct()
            .Count();

        Assert.Equal(world.Domain.Parts.Count, facts);
    }

    [Fact]
    public void Stream_Mix_FollowsTheWeights()
    {
        var domain = Domain.Load();
        var total = domain.Mix.Values.Sum();

        var turns = Read(seed: 3, Conversations).SelectMany(conversation => conversation.Turns).ToList();

        double Share(string task) => turns.Count(turn => turn.Task == task) / (double)turns.Count;
        Assert.All(domain.Mix, task => Assert.Equal(task.Value / total, Share(task.Key), 0.002));
    }

    private static List<Conversation> Read(ulong seed, int count)
    {
        var stream = new TrainingStream(Domain.Load(), seed);
        return [.. Enumerable.Range(0, count).Select(_ => stream.Next())];
    }

    private static string Text(Conversation conversation) =>
        conversation.System + "|" + string.Join('|', conversation.Turns.Select(turn => turn.Prompt + "=" + turn.Answer));

    /// <summary>Facts are held out by item and wording, pairs (of numbers, or of component and event) whatever the wording.</summary>
    private static (string Task, string Item, string? Wording) Combination(Sample sample) =>
        (sample.Task, sample.Item, sample.Task is "limit" or "delta" or "triage" ? null : sample.Wording);

    private static string Plain(string prompt) => prompt.TrimEnd('.', '?', '!').ToUpperInvariant();
}
