namespace Hybrid.StarterModels.Evaluation;

/// <summary>Everything measured on <c>eval.jsonl</c>.</summary>
internal sealed class EvaluationReport
{
    /// <summary>The share of the large model's accuracy the cascade is asked to keep.</summary>
    public const double KeptShare = 0.98;

    public EvaluationReport(IReadOnlyList<Verdict> verdicts)
    {
        Verdicts = verdicts;
        Curve = CascadeCurve.Of(verdicts);
        Tasks = [.. verdicts.GroupBy(verdict => verdict.Prompt.Task)
            .Select(task => EvaluationRow.Of(task.Key, task.First().Prompt.Difficulty, [.. task]))];
        Classes = [.. verdicts.GroupBy(verdict => verdict.Prompt.Difficulty)
            .Select(group => EvaluationRow.Of(group.Key, group.Key, [.. group]))];
        All = EvaluationRow.Of("all", "", verdicts);
    }

    public IReadOnlyList<Verdict> Verdicts { get; }

    public IReadOnlyList<EvaluationRow> Tasks { get; }

    public IReadOnlyList<EvaluationRow> Classes { get; }

    public EvaluationRow All { get; }

    public CascadeCurve Curve { get; }

    /// <summary>The cheapest setting that keeps <see cref="KeptShare"/> of the large model's accuracy.</summary>
    public CascadePoint Kept => Curve.Keeping(KeptShare);

    /// <summary>The numbers of <c>eval --json</c>, as fractions of 1.</summary>
    public EvaluationSummary Summary => new(
        Class(EvaluationPrompt.Easy),
        Class(EvaluationPrompt.Hard),
        All.Auroc,
        Kept.Escalated,
        Kept.Threshold,
        Verdicts.Count,
        Tasks.ToDictionary(row => row.Name, row => new Scores(row.Small, row.Large)));

    private Scores? Class(string name) =>
        Classes.Where(row => row.Name == name).Select(row => new Scores(row.Small, row.Large)).SingleOrDefault();
}
