using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.LocalStack.Demo;

/// <summary>The JSON the demo reads and writes.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DemoPrompt))]
[JsonSerializable(typeof(DemoSummary))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class DemoJson : JsonSerializerContext;
