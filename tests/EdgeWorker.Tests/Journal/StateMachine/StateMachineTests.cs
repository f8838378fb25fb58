using System.Globalization;

namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>
/// Random sequences of everything that can happen to a journal, crashes included, against a model in memory. A failure is shrunk and
/// printed as code. <c>HYBRID_STATE_MACHINE_SEEDS</c> sets how many sequences are tried; each follows from its number alone.
/// </summary>
public sealed class StateMachineTests
{
    private const string SeedsVariable = "HYBRID_STATE_MACHINE_SEEDS";
    private const int Length = 70;

    private static int Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable(SeedsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var seeds)
            ? seeds
            : 20;

    [Fact]
    public async Task Random_Sequences_JournalIsTheModel()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var steps = Step.Draw(seed, Length);
            if (await FailureAsync(steps) is not null)
            {
                var shortest = await Shrinker.ShrinkAsync(steps, async fewer => await FailureAsync(fewer) is not null);
                var why = await FailureAsync(shortest) ?? await FailureAsync(steps) ?? "It did not happen again.";
                Assert.Fail($"Seed {seed}: [{string.Join(", ", shortest)}]\n{why}");
            }
        }
    }

    [Fact]
    public async Task Sabotage_IsNoticedAndShrunkToWhatMatters()
    {
        // Something that the model does not know about happens in the middle of many steps that have nothing to do with it.
        var random = Step.Draw(7, 40);
        IReadOnlyList<Step> steps = [.. random.Take(20), new(Op.Accept), new(Op.Escalate), new(Op.Sabotage), .. random.Skip(20)];
        Assert.NotNull(await FailureAsync(steps));

        var shortest = await Shrinker.ShrinkAsync(steps, async fewer => await FailureAsync(fewer) is not null);

        Assert.InRange(shortest.Count, 3, 4);
        Assert.Equal([Op.Accept, Op.Sabotage], [shortest[0].Op, shortest[^1].Op]);
    }

    private static async Task<string?> FailureAsync(IReadOnlyList<Step> steps)
    {
        try
        {
            await StateMachineRun.DoAsync(steps);
            return null;
        }
        catch (StateMachineFailure failure)
        {
            return failure.Message;
        }
    }
}
