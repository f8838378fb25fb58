namespace Hybrid.Inference.Answers;

/// <summary>A piece of an answer as it is generated.</summary>
/// <param name="Text">Whole characters; empty on the last piece where nothing was held back.</param>
/// <param name="Tokens">The tokens since the last piece with their log-probabilities; empty unless asked for.</param>
/// <param name="Summary">On the last piece, and only there.</param>
public sealed record AnswerPiece(string Text, IReadOnlyList<TokenLogProbability> Tokens, AnswerSummary? Summary = null);
