using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hybrid.EdgeWorker.Api.Reference;

/// <summary>What the device answers, for programs (<c>/openapi/v1.json</c>) and for people (<c>/openapi</c>). Neither needs another server.</summary>
internal static class ReferenceApi
{
    private static readonly byte[] Document = Read("openapi.json");
    private static readonly byte[] Page = Read("reference.html");

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/openapi/v1.json", () => TypedResults.Bytes(Document, "application/json"));
        endpoints.MapGet("/openapi", (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'";
            return TypedResults.Bytes(Page, "text/html; charset=utf-8");
        });
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(ReferenceApi).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
