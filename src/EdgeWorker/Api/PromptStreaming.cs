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
    /// <param name="context">The request.</param>
    /// <param name="id">The prompt.</param>
    /// <param name="isFirst">Whether this request brought the prompt: its text is streamed to nobody else, the others get it whole.</param>
    public async Task WriteAsync(HttpContext context, Guid id, bool isFirst)
    {
        var cancellationToken = context.RequestAborted;
        intake.CallerCame(id);
        try
        {
            var events = new EventStream(context, time);
            events.Begin();
            await events.WriteAsync([Of("accepted", PromptView.Of(journal.Find(id)!) with { Answer = null })]);
            var outcome = outcomes.ForAsync(id, Timeout.InfiniteTimeSpan, cancellationToken);
            var written = isFirst && board.Find(id) is { } stream && await WriteTextAsync(events, stream, outcome, cancellationToken);
            var prompt = await events.WhileAsync(outcome);
            if (prompt.IsFinal)
            {
                if (!written && prompt.Answer is { Length: > 0 } answer)
                {
                    await events.WriteAsync([TextOf(answer)]);
                }

                CrashPoint.Hit(EdgeCrashPoints.ReplyBefore);
                await events.WriteAsync([Of("outcome", PromptView.Of(prompt))]);
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
    private static async Task<bool> WriteTextAsync(EventStream events, PromptStream stream, Task outcome, CancellationToken cancellationToken)
    {
        // The settled prompt ends the stream, whoever settled it.
        var ending = outcome.ContinueWith(_ => stream.End(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        var written = false;
        while (await events.WhileAsync(stream.ReadAsync(cancellationToken)) is { } piece)
        {
            written = true;
            await events.WriteAsync([TextOf(piece.Text)]);
            CrashPoint.Hit(EdgeCrashPoints.TextShown);
        }

        await events.WhileAsync(ending.ContinueWith(_ => true, TaskScheduler.Default));
        return written;
    }

    private static StreamEvent TextOf(string text) => StreamEvent.Of(new TextView(text), ApiJson.Default.TextView, "text");

    private static StreamEvent Of(string name, PromptView view) => StreamEvent.Of(view, ApiJson.Default.PromptView, name);
}
