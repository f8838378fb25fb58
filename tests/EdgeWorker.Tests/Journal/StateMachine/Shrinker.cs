namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>Makes a failing sequence of steps as short and as plain as it stays failing.</summary>
internal static class Shrinker
{
    private const int MostAttempts = 2000;

    /// <summary>Leaves out runs of steps, ever shorter ones, and then makes numbers zero.</summary>
    public static async Task<IReadOnlyList<Step>> ShrinkAsync(IReadOnlyList<Step> steps, Func<IReadOnlyList<Step>, Task<bool>> fails)
    {
        var attempts = 0;
        for (var length = Math.Max(1, steps.Count / 2); length > 0; length = length == 1 && attempts < MostAttempts
            && await OnceMoreAsync() ? 1 : length / 2)
        {
            for (var at = 0; at + length <= steps.Count && attempts < MostAttempts;)
            {
                IReadOnlyList<Step> shorter = [.. steps.Take(at), .. steps.Skip(at + length)];
                attempts++;
                if (await fails(shorter))
                {
                    steps = shorter;
                }
                else
                {
                    at++;
                }
            }
        }

        for (var at = 0; at < steps.Count; at++)
        {
            foreach (var plain in new[] { steps[at] with { A = 0, B = 0 }, steps[at] with { A = 0 }, steps[at] with { B = 0 } })
            {
                IReadOnlyList<Step> plainer = [.. steps.Take(at), plain, .. steps.Skip(at + 1)];
                if (plain != steps[at] && attempts++ < MostAttempts && await fails(plainer))
                {
                    steps = plainer;
                    break;
                }
            }
        }

        return steps;

        // A step may have become needless only after a later one was left out.
        async Task<bool> OnceMoreAsync()
        {
            for (var at = 0; at < steps.Count; at++)
            {
                attempts++;
                IReadOnlyList<Step> shorter = [.. steps.Take(at), .. steps.Skip(at + 1)];
                if (await fails(shorter))
                {
                    steps = shorter;
                    return true;
                }
            }

            return false;
        }
    }
}
