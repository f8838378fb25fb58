using System.Text.Json.Serialization;

namespace Hybrid.EndToEnd.Check;

/// <summary>What happened between a caller and the pipeline.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallerNoteKind>))]
internal enum CallerNoteKind
{
    /// <summary>A prompt was handed in; nothing is known of it yet.</summary>
    Asked,

    /// <summary>The caller was told that it is accepted.</summary>
    Accepted,

    /// <summary>The caller was told its outcome.</summary>
    Told,
}
