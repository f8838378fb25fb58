using Hybrid.StarterModels.Corpus;

namespace Hybrid.StarterModels.Tests.Corpus;

public sealed class WorldTests
{
    private static readonly World World = new(Domain.Load());

    [Fact]
    public void HeldOut_Test_HasAThousandDifferentPromptsApartFromDevelopment()
    {
        var test = World.HeldOut(Split.Test, task => World.Domain.Evaluation[task]);
        var development = World.HeldOut(Split.Development, _ => 40);

        Assert.Equal(1000, test.Count);
        Assert.Equal(1000, test.Select(sample => sample.Prompt).Distinct().Count());
        Assert.Empty(test.Select(sample => sample.Prompt).Intersect(development.Select(sample => sample.Prompt)));
    }

    [Fact]
    public void HeldOut_Test_AtMost35PercentAreHard()
    {
        var hard = World.Tasks.Where(task => task.Difficulty == Difficulty.Hard).Sum(task => World.Domain.Evaluation[task.Name]);

        Assert.InRange(hard, 300, 350);
    }

    [Fact]
    public void Tail_CodesAndTags_AreManyAndDistinctFromCommonOnes()
    {
        var rare = World.Tasks.Single(task => task.Name == "alarm_rare").HeldOut(Split.Test).Select(sample => sample.Item).ToHashSet();
        var common = World.Tasks.Single(task => task.Name == "alarm_common").HeldOut(Split.Test).Select(sample => sample.Item).ToHashSet();
        var parts = World.Tasks.Single(task => task.Name == "part").HeldOut(Split.Test).Select(sample => sample.Item).ToHashSet();

        Assert.Contains("E-104", common);
        Assert.True(rare.Count >= 800, $"{rare.Count} codes");
        Assert.True(parts.Count >= 800, $"{parts.Count} tags");
        Assert.Empty(rare.Intersect(common));
    }

    [Fact]
    public void Wordings_CodeAtTheStart_AreAtLeastTwo()
    {
        Assert.True(World.Domain.AlarmTemplates.Count(template => template.StartsWith("{0}", StringComparison.Ordinal)) >= 2);
        Assert.True(World.Domain.PartTemplates.Count(template => template.StartsWith("{0}", StringComparison.Ordinal)) >= 2);
        Assert.True(World.Domain.LimitTemplates.Count(template => template.StartsWith("{t}", StringComparison.Ordinal)) >= 2);
        Assert.True(World.Domain.DeltaTemplates.Count(template => template.StartsWith("{t}", StringComparison.Ordinal)) >= 2);
    }

    [Fact]
    public void Prompts_Everywhere_HaveNoGapLeftToFill()
    {
        var prompts = World.Tasks.SelectMany(task => task.HeldOut(Split.Test)).Select(sample => sample.Prompt);

        Assert.DoesNotContain(prompts, prompt => prompt.Contains('{') || prompt.Contains('}'));
    }

    [Fact]
    public void Answers_NumberTasks_AreTrue()
    {
        var limits = World.Tasks.Single(task => task.Name == "limit").HeldOut(Split.Test);
        var deltas = World.Tasks.Single(task => task.Name == "delta").HeldOut(Split.Test);

        Assert.All(limits, sample =>
        {
            var (reading, limit) = Pair(sample);
            var word = reading > limit ? "> " : reading < limit ? "< " : "= ";
            Assert.StartsWith($"{reading} {word}{limit}, ", sample.Answer, StringComparison.Ordinal);
        });
        Assert.All(deltas, sample =>
        {
            var (reading, limit) = Pair(sample);
            Assert.Equal($"{reading} - {limit} = {reading - limit} over.", sample.Answer);
        });
    }

    private static (int Reading, int Limit) Pair(Sample sample)
    {
        var numbers = sample.Item.Split('/').Select(number => int.Parse(number, null)).ToArray();
        return (numbers[0], numbers[1]);
    }
}
