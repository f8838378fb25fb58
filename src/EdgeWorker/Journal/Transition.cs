using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>One change of a prompt's state.</summary>
internal sealed record Transition(
    PromptState? From, PromptState To, PromptRoute? Route, ReasonCode? Reason, string? Detail, DateTimeOffset At);
