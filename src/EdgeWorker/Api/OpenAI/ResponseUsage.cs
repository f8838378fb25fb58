using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Tokens of a response.</summary>
internal sealed record ResponseUsage(
    long InputTokens, ResponseInputDetails InputTokensDetails, long OutputTokens, ResponseOutputDetails OutputTokensDetails, long TotalTokens)
{
    public static ResponseUsage? Of(TokenUsage? usage) => usage is null
        ? null
        : new(usage.InputTokens, new(0), usage.OutputTokens, new(0), usage.InputTokens + usage.OutputTokens);
}
