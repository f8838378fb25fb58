using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Whether a prompt needs a model that can call tools.</summary>
internal static class ToolNeeds
{
    /// <summary>Tools are offered, or were called before: no local chat format has a place for either.</summary>
    public static bool Of(IReadOnlyList<PromptMessage> messages, PromptOptions? options) =>
        options?.OffersTools == true || messages.Any(message => message.ToolCalls is not null || message.Role == MessageRole.Tool);
}
