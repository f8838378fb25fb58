using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>The one JSON context for everything that crosses a wire. Unknown properties are ignored; missing, null and doubled ones are refused by name.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HybridEvent<EscalationData>))]
[JsonSerializable(typeof(HybridEvent<AnswerData>))]
[JsonSerializable(typeof(HybridEvent<ResultData>))]
[JsonSerializable(typeof(HybridEvent<ClaimedData>))]
[JsonSerializable(typeof(HybridEvent<JsonElement>))]
[JsonSerializable(typeof(IReadOnlyList<PromptMessage>))]
[JsonSerializable(typeof(IReadOnlyList<PromptToolCall>))]
[JsonSerializable(typeof(IReadOnlyList<TokenProbability>))]
public sealed partial class HybridJson : JsonSerializerContext;
