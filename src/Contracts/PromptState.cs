using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>The states of a prompt on its device. Answered, failed and expired are final.</summary>
[JsonConverter(typeof(NamesOnlyConverter<PromptState>))]
public enum PromptState
{
    /// <summary>On disk; nobody has answered yet.</summary>
    Accepted,

    /// <summary>Handed to the cloud; its outcome is awaited.</summary>
    Escalated,

    /// <summary>There is an answer.</summary>
    Answered,

    /// <summary>There will be no answer; the reason says why.</summary>
    Failed,

    /// <summary>The deadline passed without an answer.</summary>
    Expired,
}
