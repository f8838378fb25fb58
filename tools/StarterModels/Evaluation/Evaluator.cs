namespace Hybrid.StarterModels.Evaluation;

/// <summary>Asks both models every prompt, one at a time, and judges the answers.</summary>
internal sealed class Evaluator(TextWriter progress)
{
    private const int ReportEvery = 100;

    /// <remarks><paramref name="ask"/> is the model: a prompt in, its greedy answer out.</remarks>
    public async Task<IReadOnlyList<JudgedAnswer>> JudgeAsync(
        IReadOnlyList<EvaluationPrompt> prompts,
        Func<string, CancellationToken, Task<ModelAnswer>> ask,
        string name,
        CancellationToken cancellationToken)
    {
        var answers = new List<JudgedAnswer>(prompts.Count);
        foreach (var prompt in prompts)
        {
            answers.Add(JudgedAnswer.Of(await ask(prompt.Prompt, cancellationToken), prompt));
            if (answers.Count % ReportEvery == 0)
            {
                var right = answers.Count(answer => answer.Right);
                await progress.WriteLineAsync($"[{name}] {answers.Count}/{prompts.Count} prompts, {right} right");
            }
        }

        return answers;
    }

    public static IReadOnlyList<Verdict> Pair(
        IReadOnlyList<EvaluationPrompt> prompts, IReadOnlyList<JudgedAnswer> small, IReadOnlyList<JudgedAnswer> large) =>
        [.. prompts.Select((prompt, i) => new Verdict(prompt, small[i], large[i]))];
}
