using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Tokens of a chat or a completion.</summary>
internal sealed record UsageBody(long PromptTokens, long CompletionTokens, long TotalTokens)
{
    public static UsageBody? Of(TokenUsage? usage) =>
        usage is null ? null : new(usage.InputTokens, usage.OutputTokens, usage.InputTokens + usage.OutputTokens);
}
