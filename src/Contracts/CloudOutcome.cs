using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>How an escalation ended in the cloud. Final once it is stored.</summary>
[JsonConverter(typeof(NamesOnlyConverter<CloudOutcome>))]
public enum CloudOutcome
{
    /// <summary>The model answered.</summary>
    Answered,

    /// <summary>It cannot be answered, also not by trying again.</summary>
    Failed,

    /// <summary>The provider's content filter refused it.</summary>
    Filtered,

    /// <summary>The deadline had passed; no paid call was made.</summary>
    Expired,
}
