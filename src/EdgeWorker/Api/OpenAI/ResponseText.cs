using System.Text.Json.Nodes;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>What form the text was to have.</summary>
internal sealed record ResponseText(JsonObject Format);
