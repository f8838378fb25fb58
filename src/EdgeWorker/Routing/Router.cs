using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Routing;

/// <summary>Facts to decision, in two stages: constraints leave the allowed routes, preferences choose among them. Pure; never asks a model.</summary>
internal sealed class Router(RoutingOptions options)
{
    /// <summary>The constraint of a cloud that cannot be reached, as details name it.</summary>
    public static string Unreachable => $"{ReasonCode.Offline}: {NotReached}";

    private static string NotReached => "the queue cannot be reached";

    /// <summary>Decides on a prompt.</summary>
    public RouteDecision Decide(PromptFacts facts)
    {
        var local = Forbids(LocalConstraints(facts));
        var cloud = Forbids(CloudConstraints(facts));
        var pinned = PinnedRoute(facts);
        if (pinned == PromptRoute.Local && facts.Model != facts.LocalModel)
        {
            return NoRoute($"the caller named {facts.Model}, which is not loaded");
        }

        if (facts.Chore is { } chore)
        {
            // Before what the caller named: a chat program sends its chores to the model of the chat, and nobody chose that one for them.
            return local is null
                ? new RouteDecision(
                    PromptRoute.Local, facts.LocalModel, ReasonCode.Chore, $"a chore of a chat program ({chore}){(IsTooLong(facts) ? ", cut to fit" : "")}", false, false)
                : NoRoute($"a chore of a chat program ({chore}) is never escalated, but {local.Value.Detail}");
        }

        if (pinned is { } wanted)
        {
            if (wanted == PromptRoute.Local && facts.NeedsTools && options.Tools == ToolsRoute.Cloud && cloud is null)
            {
                return new RouteDecision(
                    PromptRoute.Cloud, ModelNames.Cloud, ReasonCode.Tools, $"the caller named {facts.Model}, which cannot call tools", false, false);
            }

            var forbidden = wanted == PromptRoute.Local ? local : cloud;

            return forbidden is null
                ? new RouteDecision(wanted, facts.Model, ReasonCode.Pinned, $"the caller named {facts.Model}", false, false)
                : NoRoute($"the caller named {facts.Model}, but {forbidden.Value.Detail}");
        }

        return (local, cloud) switch
        {
            ({ } noLocal, { } noCloud) => NoRoute($"local: {noLocal.Detail}; cloud: {noCloud.Detail}"),
            (null, { } noCloud) => To(PromptRoute.Local, noCloud.Reason, noCloud.Detail),
            ({ } noLocal, null) => To(PromptRoute.Cloud, noLocal.Reason, noLocal.Detail),
            _ => To(options.Mode == RouteMode.CloudFirst ? PromptRoute.Cloud : PromptRoute.Local, ReasonCode.Mode, $"mode {options.Mode}"),
        };

        RouteDecision To(PromptRoute route, ReasonCode reason, string detail) => new(
            route, route == PromptRoute.Local ? facts.LocalModel : ModelNames.Cloud, reason, detail, cloud is null, local is null);
    }

    /// <summary>Whether a local answer is good enough.</summary>
    /// <param name="confidence">In [0, 1]; null if the model generated nothing, or does not tell: then only a threshold of 0 is reached.</param>
    public bool IsSure(double? confidence) => (confidence ?? 0) >= options.ConfidenceThreshold;

    private static PromptRoute? PinnedRoute(PromptFacts facts) =>
        facts.Model == ModelNames.Hybrid ? null : facts.Model == ModelNames.Cloud ? PromptRoute.Cloud : PromptRoute.Local;

    private IEnumerable<(bool Forbids, ReasonCode Reason, string Detail)> LocalConstraints(PromptFacts facts)
    {
        yield return (options.Mode == RouteMode.CloudOnly, ReasonCode.Mode, $"mode {options.Mode}");
        yield return (facts.LocalModel is null, ReasonCode.Mode, "no local model is loaded");
        yield return (facts.NeedsTools, ReasonCode.Tools, "the local model cannot call tools");
        // A chore is cut instead: nobody reads it but the program, and the cloud must not.
        yield return (
            IsTooLong(facts) && facts.Chore is null,
            ReasonCode.TooLong,
            $"{facts.PromptTokens} tokens and {options.AnswerReserve} for the answer do not fit the local context of {facts.LocalContextTokens}");
    }

    private bool IsTooLong(PromptFacts facts) => facts.PromptTokens + options.AnswerReserve > facts.LocalContextTokens;

    private IEnumerable<(bool Forbids, ReasonCode Reason, string Detail)> CloudConstraints(PromptFacts facts)
    {
        yield return (options.Mode == RouteMode.LocalOnly, ReasonCode.Mode, $"mode {options.Mode}");
        // Where nothing may go there anyway, that it cannot be reached would look like a reason to try again.
        yield return (options.Mode != RouteMode.LocalOnly && facts.CloudReachable == false && !facts.WaitOffline, ReasonCode.Offline, NotReached);
    }

    private static (ReasonCode Reason, string Detail)? Forbids(IEnumerable<(bool Forbids, ReasonCode Reason, string Detail)> constraints)
    {
        var forbidding = constraints.Where(constraint => constraint.Forbids).ToList();
        return forbidding is []
            ? null
            : (forbidding[0].Reason, string.Join(", ", forbidding.Select(constraint => $"{constraint.Reason}: {constraint.Detail}")));
    }

    /// <summary>No model may answer.</summary>
    /// <param name="detail">Why none may: what forbids each.</param>
    public static RouteDecision NoRoute(string detail) => new(null, null, ReasonCode.NoRoute, $"no route is left; {detail}", false, false);
}
