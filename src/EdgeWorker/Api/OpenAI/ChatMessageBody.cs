using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The message of a chat's answer.</summary>
internal sealed record ChatMessageBody(
    string Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Refusal = null,
    IReadOnlyList<ChatToolCall>? ToolCalls = null);
