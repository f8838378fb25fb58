using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Reads a request's body into memory. How large it may be is the server's limit, how much all of them may be that of <see cref="LargeBodies"/>.</summary>
internal static class BodyBytes
{
    /// <summary>What 2,048 texts to embed, 1,024 messages, 128 tools and a schema need together is a tenth of it.</summary>
    public const int MostValues = 1 << 18;

    /// <summary>The server measures the speed over the whole body: one that has come fast and then stops would be waited for for hours.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Reads it.</summary>
    /// <exception cref="BadHttpRequestException">
    /// It is too large, comes too slowly, has too many names and values, or there are too many large ones already.
    /// </exception>
    /// <exception cref="IOException">It cannot be read: a chunk's size is no number the server can hold, or the connection broke.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        // The network's time, not that of prompts.
        using var timer = new CancellationTokenSource(Longest, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, timer.Token);
        try
        {
            var bytes = await ReadAsync(context, stop.Token);
            CheckCount(bytes);
            return bytes;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException($"The body has not come within {Longest.TotalMinutes:F0} minutes.", StatusCodes.Status408RequestTimeout);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var held = context.RequestServices.GetRequiredService<LargeBodies>().Begin();
        context.Response.RegisterForDispose(held);
        using var memory = new MemoryStream();
        while (true)
        {
            var read = await context.Request.BodyReader.ReadAsync(cancellationToken);
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
                return memory.ToArray();
            }
        }
    }

    /// <summary>A value of one byte takes twelve and more once it is read: large bodies are counted before. What is no JSON is for others to say.</summary>
    private static void CheckCount(byte[] bytes)
    {
        if (bytes.Length < LargeBodies.Large)
        {
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(bytes);
            for (var count = 0; reader.Read(); count++)
            {
                if (count == MostValues)
                {
                    throw new BadHttpRequestException($"The body has more than {MostValues} names and values.", StatusCodes.Status413PayloadTooLarge);
                }
            }
        }
        catch (JsonException)
        {
            // Its reader stops there too.
        }
    }
}
