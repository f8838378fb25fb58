using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>Who speaks in a message.</summary>
[JsonConverter(typeof(NamesOnlyConverter<MessageRole>))]
public enum MessageRole
{
    /// <summary>Instructions for the model.</summary>
    System,

    /// <summary>The person or program that asks.</summary>
    User,

    /// <summary>The model's earlier answers.</summary>
    Assistant,
}
