using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>One line of <c>run --out</c>.</summary>
internal sealed record RunOutcome(
    int Line,
    string? Id,
    Guid PromptId,
    PromptState State,
    PromptRoute? Route,
    ReasonCode? Reason,
    double? Confidence,
    string? Answer,
    string? Model,
    TokenUsage? Usage,
    Cost? Cost,
    OutcomeError? Error,
    double? TotalMs);
