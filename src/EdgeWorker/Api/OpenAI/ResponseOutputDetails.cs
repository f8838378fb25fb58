namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Of the tokens written; reasoning ones are not counted apart.</summary>
internal sealed record ResponseOutputDetails(long ReasoningTokens);
