namespace Hybrid.LocalStack.Demo;

/// <summary>Sends prompts, several at once, and tells how far it is.</summary>
internal sealed class DemoRun(PromptClient client, int concurrency, DemoProgress progress)
{
    /// <summary>Asks everything.</summary>
    /// <returns>The outcomes in the prompts' order.</returns>
    public async Task<IReadOnlyList<DemoOutcome>> AskAllAsync(IReadOnlyList<DemoPrompt> prompts, CancellationToken cancellationToken)
    {
        var outcomes = new DemoOutcome[prompts.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, prompts.Count, options, async (index, token) =>
        {
            outcomes[index] = await client.AskAsync(prompts[index], token);
            progress.Step();
        });
        progress.End();
        return outcomes;
    }
}
