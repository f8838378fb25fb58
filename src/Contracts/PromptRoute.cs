using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>Who answers a prompt.</summary>
[JsonConverter(typeof(NamesOnlyConverter<PromptRoute>))]
public enum PromptRoute
{
    /// <summary>The model on the device.</summary>
    Local,

    /// <summary>The large model behind the queue.</summary>
    Cloud,
}
