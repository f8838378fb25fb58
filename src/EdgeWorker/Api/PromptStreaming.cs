using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>
/// Answers as server-sent events: <c>accepted</c>, <c>text</c> as it comes, and at the very end <c>outcome</c>, written only after the journal
/// has it. A stream without an outcome is no answer.
/// </summary>
internal sealed class PromptStreaming(PromptJournal journal, PromptBoard board, PromptIntake intake, TimeProvider time)
{
    public const string ContentType = "text/event-stream";

    /// <summary>Silence longer than this makes proxies close connections.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    public async Task WriteAsync(HttpContext context, Guid id)
    {
        var cancellationToken = context.RequestAborted;
        try
        {
            context.Response.ContentType = ContentType;
            context.Response.Headers.CacheControl = "no-store";
            var prompt = journal.Find(id)!;
            await SendAsync(context, "accepted", PromptView.Of(prompt) with { Answer = null }, ApiJson.Default.PromptView);
            var written = false;
            var outcome = OutcomeWait.ForAsync(journal, id, Forever, time, cancellationToken);
            if (board.Find(id) is { } stream)
            {
                // The settled prompt ends the stream, whoever settled it.
                var ending = outcome.ContinueWith(_ => stream.End(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                await using var pieces = stream.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (await WithHeartbeatAsync(context, pieces.MoveNextAsync().AsTask()))
                {
                    written = true;
                    await SendAsync(context, "text", new TextView(pieces.Current), ApiJson.Default.TextView);
                }

                await ending;
            }

            prompt = await WithHeartbeatAsync(context, outcome);
            if (!written && prompt.Answer is { Length: > 0 } answer)
            {
                await SendAsync(context, "text", new TextView(answer), ApiJson.Default.TextView);
            }

            await SendAsync(context, "outcome", PromptView.Of(prompt), ApiJson.Default.PromptView);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await intake.CallerGoneAsync(id);
        }
        finally
        {
            board.Unwatch(id);
        }
    }

    private async Task<T> WithHeartbeatAsync<T>(HttpContext context, Task<T> task)
    {
        while (true)
        {
            try
            {
                return await task.WaitAsync(Heartbeat, time, context.RequestAborted);
            }
            catch (TimeoutException) when (!task.IsCompleted)
            {
                await context.Response.WriteAsync(": waiting\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
    }

    private static async Task SendAsync<T>(HttpContext context, string name, T data, JsonTypeInfo<T> info)
    {
        await context.Response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, info)}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
