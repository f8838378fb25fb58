namespace Hybrid.Contracts;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Content">What is said; at most <see cref="Limits.PromptBytes"/> in UTF-8 over all messages.</param>
public sealed record PromptMessage(MessageRole Role, string Content);
