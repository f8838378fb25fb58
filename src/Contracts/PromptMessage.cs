namespace Hybrid.Contracts;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Content">What is said; at most <see cref="Limits.PromptBytes"/> in UTF-8 over all messages. May be empty.</param>
/// <param name="Name">Who speaks, where several have the same role.</param>
/// <param name="ToolCalls">What the model had asked the caller to call; only from the assistant.</param>
/// <param name="ToolCallId">Which call this is the result of; only from a tool.</param>
public sealed record PromptMessage(
    MessageRole Role,
    string Content,
    string? Name = null,
    IReadOnlyList<PromptToolCall>? ToolCalls = null,
    string? ToolCallId = null);
