namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The answer of <c>GET /v1/models</c>.</summary>
internal sealed record ModelListBody(string Object, IReadOnlyList<ModelEntry> Data);
