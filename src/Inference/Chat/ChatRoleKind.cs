namespace Hybrid.Inference.Chat;

/// <summary>Who speaks in a turn.</summary>
public enum ChatRoleKind
{
    /// <summary>Instructions; <c>developer</c> messages belong here too.</summary>
    System,

    /// <summary>The person or program that asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}
