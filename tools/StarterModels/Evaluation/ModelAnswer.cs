namespace Hybrid.StarterModels.Evaluation;

/// <summary>What a model said, and the mean log-probability of its tokens, the end token included.</summary>
internal sealed record ModelAnswer(string Text, double Confidence);
