using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>A piece of an answer on its way.</summary>
/// <param name="Text">Whole characters.</param>
/// <param name="Tokens">Its tokens; null unless asked for.</param>
internal readonly record struct AnswerDelta(string Text, IReadOnlyList<TokenProbability>? Tokens = null);
