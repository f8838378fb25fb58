using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A tool call in a chat's answer; in a chunk it has an index.</summary>
internal sealed record ChatToolCall(string Id, string Type, ChatFunction Function, int? Index = null)
{
    public static List<ChatToolCall>? Of(IReadOnlyList<PromptToolCall>? calls, bool numbered) => calls is null or { Count: 0 }
        ? null
        : [.. calls.Select((call, index) => new ChatToolCall(call.Id, "function", new ChatFunction(call.Name, call.Arguments), numbered ? index : null))];
}
