using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>A name for every request, in the answer's headers whatever becomes of it.</summary>
internal static class RequestId
{
    public const string Header = "x-request-id";

    /// <summary>Gives the request its name.</summary>
    public static void Give(HttpContext context) => context.Response.Headers[Header] = Make();

    /// <summary>A new name.</summary>
    public static string Make() => $"req_{Guid.CreateVersion7():N}";
}
