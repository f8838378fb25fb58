using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>What a prompt needs of the model that answers it. Thread safe.</summary>
internal sealed class PromptNeeds(Chores chores, RoutingOptions routing)
{
    /// <summary>Which chore of a chat program it is, if any, and whether it needs a model that can call tools.</summary>
    /// <remarks>
    /// Tools are offered, or were called before: no local chat format has a place for either. What is only offered can be left out, where that is
    /// allowed, and with a chore always: its text asks for none.
    /// </remarks>
    public (string? Chore, bool NeedsTools) Of(PromptKind kind, IReadOnlyList<PromptMessage> messages, PromptOptions? options)
    {
        var insists = options?.InsistsOnTools == true || messages.Any(message => message.ToolCalls is not null || message.Role == MessageRole.Tool);
        var chore = kind == PromptKind.Interactive && !insists ? chores.Find(messages) : null;
        return (chore, insists || (chore is null && routing.Tools != ToolsRoute.Ignore && options?.OffersTools == true));
    }
}
