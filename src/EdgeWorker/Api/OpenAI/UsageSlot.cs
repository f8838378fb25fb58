using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>
/// The usage of a stream's chunks, where it was asked for: the last chunk has it, the others say null. Where it was not asked for, there is no slot,
/// and the field is left out.
/// </summary>
/// <param name="Usage">Null where it is not known, or not yet.</param>
[JsonConverter(typeof(Converter))]
internal sealed record UsageSlot(UsageBody? Usage)
{
    /// <summary>Of all chunks but the last.</summary>
    public static UsageSlot Empty { get; } = new((UsageBody?)null);

    /// <summary>Writes the usage in the slot's place.</summary>
    internal sealed class Converter : JsonConverter<UsageSlot>
    {
        public override UsageSlot Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Only written.");

        public override void Write(Utf8JsonWriter writer, UsageSlot value, JsonSerializerOptions options)
        {
            if (value.Usage is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                JsonSerializer.Serialize(writer, value.Usage, OpenAIJson.Default.UsageBody);
            }
        }
    }
}
