using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Reads a request's body into memory. How large it may be is the server's limit, how much all of them may be that of <see cref="LargeBodies"/>.</summary>
internal static class BodyBytes
{
    /// <summary>Reads it.</summary>
    /// <exception cref="BadHttpRequestException">It is too large, comes too slowly, or there are too many large ones already.</exception>
    /// <exception cref="IOException">It cannot be read: a chunk's size is no number the server can hold, or the connection broke.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var held = context.RequestServices.GetRequiredService<LargeBodies>().Begin();
        context.Response.RegisterForDispose(held);
        using var memory = new MemoryStream();
        while (true)
        {
            var read = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            var fits = held.TryGrow(memory.Length + read.Buffer.Length);
            foreach (var piece in fits ? read.Buffer : default)
            {
                memory.Write(piece.Span);
            }

            // Whatever follows: the server can go on with the rest of the body only behind what was given.
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (!fits)
            {
                throw new BadHttpRequestException("The device holds as many large requests as it has room for. Try again later.", StatusCodes.Status429TooManyRequests);
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        if (memory.Length >= LargeBodies.Large)
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
