namespace Hybrid.StarterModels.Evaluation;

/// <summary>Both models' shares of right answers.</summary>
internal sealed record Scores(double Small, double Large);
