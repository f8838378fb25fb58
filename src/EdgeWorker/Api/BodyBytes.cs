using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Reads a request's body into memory. How large it may be is the server's limit.</summary>
internal static class BodyBytes
{
    /// <summary>Reads it.</summary>
    /// <exception cref="BadHttpRequestException">It is too large, or comes too slowly.</exception>
    /// <exception cref="IOException">It cannot be read: a chunk's size is no number the server can hold, or the connection broke.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory, context.RequestAborted);
        if (memory.Length >= MemoryReturn.Large)
        {
            var giving = context.RequestServices.GetRequiredService<MemoryReturn>();
            context.Response.OnCompleted(() =>
            {
                giving.AfterLarge();
                return Task.CompletedTask;
            });
        }

        return memory.ToArray();
    }
}
