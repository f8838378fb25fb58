namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>What a chunk adds to the answer.</summary>
internal sealed record ChatDelta(string? Role = null, string? Content = null, IReadOnlyList<ChatToolCall>? ToolCalls = null);
