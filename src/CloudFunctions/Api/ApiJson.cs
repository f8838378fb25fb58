using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.CloudFunctions.Api;

/// <summary>The JSON of the HTTP API.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PromptRequest))]
[JsonSerializable(typeof(PromptAccepted))]
[JsonSerializable(typeof(PromptOutcome))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthReport))]
internal sealed partial class ApiJson : JsonSerializerContext;
