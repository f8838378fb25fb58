namespace Hybrid.StarterModels.Evaluation;

/// <summary>A line of the table: a task, a class or everything.</summary>
internal sealed record EvaluationRow(string Name, string Difficulty, int Count, double Small, double Large, double? Auroc)
{
    public static EvaluationRow Of(string name, string difficulty, IReadOnlyCollection<Verdict> verdicts) => new(
        name,
        difficulty,
        verdicts.Count,
        verdicts.Average(verdict => verdict.Small.Right ? 1.0 : 0.0),
        verdicts.Average(verdict => verdict.Large.Right ? 1.0 : 0.0),
        Discrimination.Auroc(verdicts.Select(verdict => (verdict.Small.Confidence, verdict.Small.Right))));
}
