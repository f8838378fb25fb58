using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The JSON of OpenAI's API: names in snake case, what is null left out unless a client looks for it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenAIErrorBody))]
[JsonSerializable(typeof(ChatBody))]
[JsonSerializable(typeof(ChatChunk))]
[JsonSerializable(typeof(TextBody))]
[JsonSerializable(typeof(UsageBody))]
[JsonSerializable(typeof(ModelListBody))]
[JsonSerializable(typeof(ModelEntry))]
[JsonSerializable(typeof(ResponseBody))]
[JsonSerializable(typeof(ResponseEvent))]
internal sealed partial class OpenAIJson : JsonSerializerContext;
