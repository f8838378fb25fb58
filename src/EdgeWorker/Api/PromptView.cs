using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Api;

/// <summary>A prompt as callers see it.</summary>
internal sealed record PromptView(
    Guid Id,
    PromptState State,
    string Kind,
    string RequestedModel,
    PromptTimings Timings,
    PromptRoute? Route = null,
    ReasonCode? Reason = null,
    string? Detail = null,
    double? Confidence = null,
    string? Answer = null,
    string? Model = null,
    string? FinishReason = null,
    TokenUsage? Usage = null,
    Cost? Cost = null,
    OutcomeError? Error = null,
    Guid? RetryOf = null,
    IReadOnlyList<PromptToolCall>? ToolCalls = null)
{
    public static PromptView Of(PromptRecord prompt, AnswerParts? parts = null) => new(
        prompt.Id,
        prompt.State,
        prompt.Kind == PromptKind.Interactive ? "interactive" : "batch",
        prompt.Model,
        new PromptTimings(
            prompt.AcceptedAt,
            prompt.Deadline,
            prompt.IsFinal ? prompt.ChangedAt : null,
            prompt.IsFinal ? Math.Max(0, (prompt.ChangedAt - prompt.AcceptedAt).TotalMilliseconds) : null),
        prompt.Route,
        prompt.Reason,
        prompt.Detail,
        prompt.Confidence,
        prompt.Answer,
        prompt.AnswerModel,
        prompt.IsFinal ? prompt.FinishReason : null,
        prompt.Usage,
        prompt.Cost,
        prompt.Error,
        prompt.RetryOf,
        parts?.ToolCalls);
}
