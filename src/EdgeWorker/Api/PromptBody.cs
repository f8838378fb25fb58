using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api;

/// <summary>What <c>POST /hybrid/prompts</c> takes.</summary>
/// <param name="Prompt">One user message; instead of <paramref name="Messages"/>.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Options">How to generate.</param>
/// <param name="Model"><c>hybrid</c> (default), <c>cloud</c> or the local model's name.</param>
/// <param name="Task">What kind of prompt it is.</param>
/// <param name="Interactive">Whether the answer is worth nothing once the caller is gone.</param>
/// <param name="WaitOffline">Whether it may wait while the cloud cannot be reached.</param>
/// <param name="DeadlineSeconds">Instead of the configured deadline.</param>
internal sealed record PromptBody(
    string? Prompt = null,
    IReadOnlyList<PromptMessage>? Messages = null,
    PromptOptions? Options = null,
    string? Model = null,
    string? Task = null,
    bool Interactive = false,
    bool WaitOffline = false,
    double? DeadlineSeconds = null);
