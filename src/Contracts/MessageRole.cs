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

    /// <summary>The caller, with the result of a tool the model had asked for. Programs of before this value refuse the prompt.</summary>
    Tool,
}
