using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>Reason codes as plain texts of bounded length.</summary>
public sealed class ReasonCodeConverter : JsonConverter<ReasonCode>
{
    private const int MaxLength = 64;

    /// <inheritdoc/>
    public override ReasonCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 and <= MaxLength } value
            ? new ReasonCode(value)
            : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReasonCode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
