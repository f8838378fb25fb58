namespace Hybrid.Contracts;

/// <summary>Tokens as the model counts them.</summary>
/// <param name="InputTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens written.</param>
public sealed record TokenUsage(long InputTokens, long OutputTokens);
