namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Of the tokens read; cached ones are not counted apart.</summary>
internal sealed record ResponseInputDetails(long CachedTokens);
