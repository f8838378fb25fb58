using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Gathers what the router needs to know of a prompt, asks it, and begins what it decides. Thread safe.</summary>
internal sealed class PromptRouting(
    Router router, PromptNeeds needs, LocalModels models, CloudLink link, RoutingOptions routing, PipelineOptions options, TimeProvider time)
{
    /// <summary>Decides by what is known at this moment.</summary>
    public RouteDecision Decide(NewPrompt prompt) =>
        router.Decide(Facts(prompt.Model, prompt.Kind, prompt.Messages, prompt.Options, prompt.WaitOffline));

    /// <summary>Decides. Whether the queue can be reached matters only to those who want to go there; nobody else waits for the first attempt.</summary>
    public async Task<RouteDecision> DecideAsync(PromptRecord prompt, CancellationToken cancellationToken)
    {
        var facts = Facts(prompt.Model, prompt.Kind, prompt.Messages, prompt.Options, prompt.WaitOffline);
        var decision = router.Decide(facts);
        return decision.Route == PromptRoute.Cloud && facts.CloudReachable is null
            ? router.Decide(facts with { CloudReachable = await link.IsReachableAsync(options.LinkPatience, time, cancellationToken) })
            : decision;
    }

    /// <summary>Lets the local model begin. A chore is cut to fit: a title of most of a long chat is a title.</summary>
    public LocalRun Begin(IReadOnlyList<PromptMessage> messages, PromptOptions? promptOptions, ReasonCode reason) => LocalRun.Begin(
        models.Client!,
        reason == ReasonCode.Chore ? PromptCut.Fit(messages, models.ContextTokens - routing.AnswerReserve, models.CountTokens) : messages,
        promptOptions,
        reason);

    private PromptFacts Facts(string model, PromptKind kind, IReadOnlyList<PromptMessage> messages, PromptOptions? promptOptions, bool waitOffline)
    {
        var (chore, needsTools) = needs.Of(kind, messages, promptOptions);
        return new PromptFacts(
            model, models.Name, models.CountTokens(messages), models.ContextTokens, link.Reachable, waitOffline, chore, needsTools);
    }
}
