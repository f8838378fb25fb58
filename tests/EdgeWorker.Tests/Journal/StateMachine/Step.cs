namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>
/// One step. Its numbers are taken modulo whatever there is to choose from, so that a step still means something when those before it are
/// left out.
/// </summary>
internal readonly record struct Step(Op Op, int A = 0, int B = 0)
{
    private static readonly (Op Op, int Weight)[] Weights =
    [
        (Op.Accept, 24), (Op.LocalAnswer, 10), (Op.Escalate, 14), (Op.CloudAnswer, 12), (Op.DuplicateAnswer, 4), (Op.Cancel, 4),
        (Op.Retry, 4), (Op.Deadline, 3), (Op.Sent, 8), (Op.Unsent, 2), (Op.Prune, 2), (Op.Crash, 6), (Op.Burst, 5), (Op.Restart, 2),
    ];

    /// <summary>A sequence that follows from its seed alone.</summary>
    public static IReadOnlyList<Step> Draw(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Step(DrawOp(random), random.Next(1000), random.Next(1000)))];
    }

    public override string ToString() => $"new({Op}, {A}, {B})";

    private static Op DrawOp(Random random)
    {
        var at = random.Next(Weights.Sum(weight => weight.Weight));
        foreach (var (op, weight) in Weights)
        {
            at -= weight;
            if (at < 0)
            {
                return op;
            }
        }

        throw new InvalidOperationException("The weights do not add up.");
    }
}
