using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal static class EmbeddingsApi
{
    public static async Task PostAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        _ = body.Fields.RequiredText("model");
        throw RequestRefusedException.Of(
            StatusCodes.Status404NotFound, "No embedding model is configured on this device.", "model_not_found", "model");
    }
}
