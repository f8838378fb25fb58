using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api;

/// <summary>One change of state.</summary>
internal sealed record TransitionView(
    DateTimeOffset At, PromptState To, PromptState? From = null, PromptRoute? Route = null, ReasonCode? Reason = null, string? Detail = null);
