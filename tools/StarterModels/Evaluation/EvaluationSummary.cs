namespace Hybrid.StarterModels.Evaluation;

/// <summary>The one line of <c>eval --json</c>.</summary>
internal sealed record EvaluationSummary(
    Scores? Easy,
    Scores? Hard,
    double? Auroc,
    double EscalationFor98,
    double ThresholdFor98,
    int Prompts,
    IReadOnlyDictionary<string, Scores> Tasks);
