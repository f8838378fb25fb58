using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>The JSON of <c>run</c>: its file, its output, its summary.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunLine))]
[JsonSerializable(typeof(RunOutcome))]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class RunJson : JsonSerializerContext;
