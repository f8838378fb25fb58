using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.Messaging.DeadLetters;

/// <summary>The JSON of <see cref="DeadLetterEnvelope"/>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeadLetterEnvelope))]
internal sealed partial class DeadLetterJson : JsonSerializerContext
{
    /// <summary>For writing: quotes as two bytes, not six, since the original is JSON itself. Nothing here is ever put into HTML.</summary>
    public static DeadLetterJson Compact { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
