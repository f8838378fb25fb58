namespace Hybrid.Inference.Sampling;

/// <summary>A token the model could have written.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">Natural logarithm of its probability, before penalties, temperature and filters; ≤ 0.</param>
public readonly record struct TokenCandidate(int Token, float LogProbability);
