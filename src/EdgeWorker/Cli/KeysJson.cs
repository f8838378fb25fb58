using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>The JSON of <c>keys</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewKeyLine))]
[JsonSerializable(typeof(KeyList))]
internal sealed partial class KeysJson : JsonSerializerContext;
