using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Routing;

/// <summary>Where a prompt goes, and why.</summary>
/// <param name="Route">The route; null if every route is forbidden.</param>
/// <param name="Model">The model that shall answer.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">For people: what decided, or which constraints left no route.</param>
/// <param name="CloudAllowed">Whether the confidence gate may still escalate the local answer.</param>
/// <param name="LocalAllowed">Whether the local model may answer if the cloud does not.</param>
internal sealed record RouteDecision(
    PromptRoute? Route, string? Model, ReasonCode Reason, string Detail, bool CloudAllowed, bool LocalAllowed);
