namespace Hybrid.StarterModels.Evaluation;

/// <summary>How both models fared with one prompt.</summary>
internal sealed record Verdict(EvaluationPrompt Prompt, JudgedAnswer Small, JudgedAnswer Large);
