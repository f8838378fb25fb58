namespace Hybrid.Inference.Chat;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatTurn(ChatRoleKind Role, string Content)
{
    /// <summary>Reads a role as OpenAI's clients write it.</summary>
    /// <param name="role"><c>system</c>, <c>developer</c> (the same), <c>user</c> or <c>assistant</c>, in any case.</param>
    /// <param name="kind">The role; meaningless where the answer is false.</param>
    /// <returns>False for any other role, among them <c>tool</c>, which no local model is asked to handle.</returns>
    public static bool TryParseRole(string? role, out ChatRoleKind kind)
    {
        ChatRoleKind? found = role?.ToUpperInvariant() switch
        {
            "SYSTEM" or "DEVELOPER" => ChatRoleKind.System,
            "USER" => ChatRoleKind.User,
            "ASSISTANT" => ChatRoleKind.Assistant,
            _ => null,
        };
        kind = found ?? default;
        return found is not null;
    }
}
