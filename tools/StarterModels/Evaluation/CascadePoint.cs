namespace Hybrid.StarterModels.Evaluation;

/// <summary>One setting of the cascade: answers less confident than the threshold go to the large model.</summary>
internal sealed record CascadePoint(double Threshold, double Escalated, double Accuracy);
