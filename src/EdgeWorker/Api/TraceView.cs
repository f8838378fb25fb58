namespace Hybrid.EdgeWorker.Api;

/// <summary>Everything that happened to a prompt.</summary>
internal sealed record TraceView(Guid Id, IReadOnlyList<TransitionView> Transitions);
