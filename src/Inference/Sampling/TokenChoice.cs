namespace Hybrid.Inference.Sampling;

/// <summary>A chosen token and what the model thought of it.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">Natural logarithm of the model's probability for it, before penalties, temperature and filters.</param>
/// <param name="Margin">
/// The most probable token's log-probability minus the second's, ≥ 0: how clear the model's own choice was, whichever token was drawn.
/// </param>
internal readonly record struct TokenChoice(int Token, float LogProbability, float Margin);
