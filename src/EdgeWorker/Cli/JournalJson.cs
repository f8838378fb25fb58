using System.Text.Json;
using System.Text.Json.Serialization;
using Hybrid.EdgeWorker.Journal.Recovery;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>The JSON of <c>journal</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(RecoveryReport))]
internal sealed partial class JournalJson : JsonSerializerContext;
