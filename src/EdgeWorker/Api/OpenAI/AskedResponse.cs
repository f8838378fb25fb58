using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>What a request for a response asks for.</summary>
/// <param name="Asked">Model, input, options; the input alone, without what went before.</param>
/// <param name="Instructions">For this answer alone.</param>
/// <param name="Previous">The response it goes on from.</param>
/// <param name="Store">Whether it may be referred to later.</param>
internal sealed record AskedResponse(AskedAnswer Asked, string? Instructions, Guid? Previous, bool Store)
{
    /// <summary>The whole conversation: instructions, what went before, and the input.</summary>
    public AskedAnswer After(IReadOnlyList<PromptMessage> history) => Asked with
    {
        Messages =
        [
            .. Instructions is null ? (IEnumerable<PromptMessage>)[] : [new PromptMessage(MessageRole.System, Instructions)],
            .. history,
            .. Asked.Messages,
        ],
    };
}
