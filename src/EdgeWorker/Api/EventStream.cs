using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Writes server-sent events to a caller.</summary>
internal sealed class EventStream(HttpContext context, TimeProvider time)
{
    public const string ContentType = "text/event-stream";

    /// <summary>Silence longer than this makes proxies close connections.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>Sends the head of the answer.</summary>
    public void Begin()
    {
        context.Response.ContentType = $"{ContentType}; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        // Proxies that gather answers before they pass them on (nginx) let this one through.
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Sends events.</summary>
    public async Task WriteAsync(IEnumerable<StreamEvent> events)
    {
        var body = context.Response.BodyWriter;
        foreach (var item in events)
        {
            if (item.Name is { } name)
            {
                Write(body, "event: "u8);
                Write(body, System.Text.Encoding.ASCII.GetBytes(name));
                Write(body, "\n"u8);
            }

            Write(body, "data: "u8);
            Write(body, item.Data.Span);
            Write(body, "\n\n"u8);
        }

        await body.FlushAsync(context.RequestAborted);
    }

    /// <summary>Waits for something, and lets the caller know from time to time that it is still being waited for.</summary>
    public async Task<T> WhileAsync<T>(Task<T> task)
    {
        while (true)
        {
            try
            {
                return await task.WaitAsync(Heartbeat, time, context.RequestAborted);
            }
            catch (TimeoutException) when (!task.IsFaulted)
            {
                Write(context.Response.BodyWriter, ": waiting\n\n"u8);
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }
    }

    private static void Write(System.Buffers.IBufferWriter<byte> body, ReadOnlySpan<byte> bytes) => System.Buffers.BuffersExtensions.Write(body, bytes);
}
