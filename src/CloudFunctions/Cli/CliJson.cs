using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.CloudFunctions.Cli;

/// <summary>The JSON that <c>--json</c> prints.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<RejectedRow>))]
[JsonSerializable(typeof(RejectedRow))]
[JsonSerializable(typeof(IReadOnlyList<ReplayRow>))]
internal sealed partial class CliJson : JsonSerializerContext;
