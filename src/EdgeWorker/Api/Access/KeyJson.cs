using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>The JSON of the keys' file.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiKeys))]
internal sealed partial class KeyJson : JsonSerializerContext;
