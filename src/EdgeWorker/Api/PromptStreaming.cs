using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>
/// Answers as server-sent events: <c>accepted</c>, <c>text</c> as it comes, and at the very end <c>outcome</c>, written only after the journal
/// has it. A stream without an outcome is no answer.
/// </summary>
internal sealed class PromptStreaming(PromptJournal journal, PromptBoard board, PromptIntake intake, OutcomeWait outcomes, TimeProvider time)
{
    public const string ContentType = "text/event-stream";

    /// <summary>Silence longer than this makes proxies close connections.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <param name="context">The request.</param>
    /// <param name="id">The prompt.</param>
    /// <param name="isFirst">Whether this request brought the prompt: its text is streamed to nobody else, the others get it whole.</param>
    public async Task WriteAsync(HttpContext context, Guid id, bool isFirst)
    {
        var cancellationToken = context.RequestAborted;
        intake.CallerCame(id);
        try
        {
            context.Response.ContentType = ContentType;
            context.Response.Headers.CacheControl = "no-store";
            await SendAsync(context, "accepted", PromptView.Of(journal.Find(id)!) with { Answer = null }, ApiJson.Default.PromptView);
            var outcome = outcomes.ForAsync(id, Timeout.InfiniteTimeSpan, cancellationToken);
            var written = isFirst && board.Find(id) is { } stream && await WriteTextAsync(context, stream, outcome);
            var prompt = await WithHeartbeatAsync(context, outcome);
            if (prompt.IsFinal)
            {
                if (!written && prompt.Answer is { Length: > 0 } answer)
                {
                    await SendAsync(context, "text", new TextView(answer), ApiJson.Default.TextView);
                }

                CrashPoint.Hit(EdgeCrashPoints.ReplyBefore);
                await SendAsync(context, "outcome", PromptView.Of(prompt), ApiJson.Default.PromptView);
                CrashPoint.Hit(EdgeCrashPoints.ReplyWritten);
            }
        }
        finally
        {
            if (isFirst)
            {
                board.Unwatch(id);
            }

            await intake.CallerLeftAsync(id, gaveUp: cancellationToken.IsCancellationRequested);
        }
    }

    /// <summary>Writes the pieces as they come; whether there were any.</summary>
    private async Task<bool> WriteTextAsync(HttpContext context, PromptStream stream, Task outcome)
    {
        // The settled prompt ends the stream, whoever settled it.
        var ending = outcome.ContinueWith(_ => stream.End(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        var written = false;
        while (await WithHeartbeatAsync(context, stream.ReadAsync(context.RequestAborted)) is { } piece)
        {
            written = true;
            await SendAsync(context, "text", new TextView(piece.Text), ApiJson.Default.TextView);
            CrashPoint.Hit(EdgeCrashPoints.TextShown);
        }

        await WithHeartbeatAsync(context, ending.ContinueWith(_ => true, TaskScheduler.Default));
        return written;
    }

    private async Task<T> WithHeartbeatAsync<T>(HttpContext context, Task<T> task)
    {
        while (true)
        {
            try
            {
                return await task.WaitAsync(Heartbeat, time, context.RequestAborted);
            }
            catch (TimeoutException)
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
