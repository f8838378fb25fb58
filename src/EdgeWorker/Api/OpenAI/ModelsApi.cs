using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary><c>GET /v1/models</c>: what a caller may name.</summary>
internal sealed class ModelsApi(LocalModels models, RoutingOptions routing, TimeProvider time)
{
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();

    public Task ListAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new ModelListBody("list", [.. Names().Select(Entry)]), OpenAIJson.Default.ModelListBody, "application/json", context.RequestAborted);

    public Task GetAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return Names().Contains(id)
            ? context.Response.WriteAsJsonAsync(Entry(id), OpenAIJson.Default.ModelEntry, "application/json", context.RequestAborted)
            : throw Unknown(Names());
    }

    /// <summary>404: there is no such model.</summary>
    public static RequestRefusedException Unknown(IEnumerable<string> known) => RequestRefusedException.Of(
        StatusCodes.Status404NotFound, $"There is no such model here; the models are {string.Join(", ", known)}.", "model_not_found", "model");

    private List<string> Names() =>
    [
        .. KnownModels.Of(models, routing),
        .. models.EmbeddingName is { } embedding ? (IEnumerable<string>)[embedding] : [],
    ];

    private ModelEntry Entry(string id) => new(id, "model", _created, "hybrid");
}
