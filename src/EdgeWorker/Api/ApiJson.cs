using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Hybrid.EdgeWorker.Api;

/// <summary>The JSON of the device's API.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 64,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PromptBody))]
[JsonSerializable(typeof(PromptView))]
[JsonSerializable(typeof(PromptListView))]
[JsonSerializable(typeof(TraceView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(ReadyView))]
[JsonSerializable(typeof(TextView))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;
