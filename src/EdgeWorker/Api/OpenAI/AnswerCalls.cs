using System.Globalization;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>
/// Brings a prompt to the pipeline and its answer to the caller, whole or as a stream. The end of an answer is written only after the journal
/// has it.
/// </summary>
internal sealed partial class AnswerCalls(
    PromptIntake intake,
    PromptJournal journal,
    PromptBoard board,
    OutcomeWait outcomes,
    LocalModels models,
    Closing closing,
    ApiOptions options,
    TimeProvider time,
    ILogger<AnswerCalls> logger)
{
    public const string PromptIdHeader = "x-hybrid-prompt-id";
    public const string RouteHeader = "x-hybrid-route";
    public const string ReasonHeader = "x-hybrid-reason";
    public const string ConfidenceHeader = "x-hybrid-confidence";
    public const string DraftHeader = "x-hybrid-draft";

    /// <summary>Tells the official SDKs that trying again is of no use.</summary>
    private const string ShouldRetryHeader = "x-should-retry";

    /// <summary>
    /// A stream begins with its first text, and without any after so long: until then a failure is told by its status, which clients understand
    /// better than an event, and can act upon.
    /// </summary>
    private static readonly TimeSpan BeginAtLatest = TimeSpan.FromSeconds(1);

    /// <summary>How often a prompt is looked at that still waits for the local model when the time for the cloud is over.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="asked">What it asks.</param>
    /// <param name="form">The shape of the answer.</param>
    /// <param name="mark">By what it is known again.</param>
    /// <param name="body">Its body.</param>
    /// <exception cref="PromptRefusedException">It was not accepted.</exception>
    /// <exception cref="JournalException">It could not be recorded.</exception>
    public async Task AnswerAsync(HttpContext context, AskedAnswer asked, IAnswerForm form, RequestMark mark, byte[] body)
    {
        var acceptance = await intake.AcceptAsync(
            new PromptRequest
            {
                Messages = asked.Messages,
                Options = asked.Options,
                Model = asked.Model,
                Kind = PromptKind.Interactive,
                Owner = Caller.Of(context).Owner,
                Idempotency = RepeatedRequests.Key(context, mark.Endpoint, body),
                Request = mark,
                Search = RepeatedRequests.Search(context, time.GetUtcNow(), options.RetryWindow),
                Awaited = true,
            },
            asked.Stream);
        var id = acceptance.Id;
        var isFirst = acceptance.Kind == AcceptanceKind.New;
        try
        {
            context.Response.Headers[PromptIdHeader] = id.ToString();
            var call = new CallNote(id, journal.Find(id)!.AcceptedAt, asked.Model);
            if (await (asked.Stream ? StreamAsync(context, call, form, isFirst) : PlainAsync(context, call, form)))
            {
                await DeliverAsync(context, id);
            }
        }
        finally
        {
            if (isFirst && asked.Stream)
            {
                board.Unwatch(id);
            }

            await intake.CallerLeftAsync(id, gaveUp: context.RequestAborted.IsCancellationRequested);
        }
    }

    private async Task<bool> PlainAsync(HttpContext context, CallNote call, IAnswerForm form)
    {
        var (answer, failure) = await EndAsync(context, call.PromptId);
        if (failure is not null)
        {
            await RefuseAsync(context, failure);
            return false;
        }

        SayWhere(context.Response.Headers, answer!.Hybrid);
        var body = form.Plain(call, answer);
        CrashPoint.Hit(EdgeCrashPoints.ReplyBefore);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
        CrashPoint.Hit(EdgeCrashPoints.ReplyWritten);
        return true;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "A boundary: whatever went wrong must reach the caller as an event, not raw.")]
    private async Task<bool> StreamAsync(HttpContext context, CallNote call, IAnswerForm form, bool isFirst)
    {
        var pieces = isFirst ? board.Find(call.PromptId) : null;
        var end = EndAsync(context, call.PromptId);
        await BeginningAsync(pieces, end, context.RequestAborted);
        if (end.IsCompleted && pieces is not { HasBegun: true } && (await end).Failure is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return false;
        }

        var stream = new EventStream(context, time);
        stream.Begin();
        try
        {
            await stream.WriteAsync(form.Begin(call));
            var written = pieces is not null && await WriteTextAsync(stream, call, form, pieces, end);
            var (answer, failure) = await stream.WhileAsync(end);
            if (failure is not null)
            {
                await stream.WriteAsync(form.Fail(call, failure));
                return false;
            }

            if (!written && answer!.Text.Length > 0)
            {
                await stream.WriteAsync(form.Piece(call, answer.Text, answer.LogProbs));
            }

            CrashPoint.Hit(EdgeCrashPoints.ReplyBefore);
            await stream.WriteAsync(form.End(call, answer!));
            CrashPoint.Hit(EdgeCrashPoints.ReplyWritten);
            return true;
        }
        catch (JournalException exception)
        {
            // The head has gone out: what is wrong can only be said in the stream.
            LogBroken(call.PromptId, exception.Message);
            await stream.WriteAsync(form.Fail(call, new CallFailure(
                StatusCodes.Status503ServiceUnavailable, OpenAIErrors.Of(StatusCodes.Status503ServiceUnavailable, exception.Message))));
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            // Without a word the client would take what it has for the whole answer, or wait.
            LogFailed(exception, call.PromptId);
            await stream.WriteAsync(form.Fail(call, new CallFailure(
                StatusCodes.Status500InternalServerError,
                OpenAIErrors.Of(StatusCodes.Status500InternalServerError, "The request failed; the device's log has the reason."))));
            return false;
        }
    }

    /// <summary>Waits for the first piece, the end, or the time by which a stream must have begun.</summary>
    private async Task BeginningAsync(PromptStream? pieces, Task end, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(pieces?.Begun ?? end, end, Task.Delay(BeginAtLatest, time, waiting.Token));
        await waiting.CancelAsync();
    }

    /// <summary>Answers with an error, as long as nothing else has gone out.</summary>
    private static Task RefuseAsync(HttpContext context, CallFailure failure)
    {
        if (failure.IsFinal)
        {
            context.Response.Headers[ShouldRetryHeader] = "false";
        }

        return OpenAIErrors.WriteAsync(context, failure.Status, failure.Error);
    }

    /// <summary>Writes the pieces as they come; whether there were any.</summary>
    private static async Task<bool> WriteTextAsync(EventStream stream, CallNote call, IAnswerForm form, PromptStream pieces, Task end)
    {
        // The end of the wait ends the pieces, whatever ended it.
        var ending = end.ContinueWith(_ => pieces.End(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        var written = false;
        while (await stream.WhileAsync(pieces.ReadAsync(CancellationToken.None)) is { } piece)
        {
            written = true;
            await stream.WriteAsync(form.Piece(call, piece.Text, piece.Tokens));
            CrashPoint.Hit(EdgeCrashPoints.TextShown);
        }

        await stream.WhileAsync(ending.ContinueWith(_ => true, TaskScheduler.Default));
        return written;
    }

    /// <summary>Waits for what the caller gets: the outcome; or, when the cloud takes too long, the draft or an error.</summary>
    private async Task<(CallAnswer? Answer, CallFailure? Failure)> EndAsync(HttpContext context, Guid id)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var left = options.CloudWait - time.GetElapsedTime(begun);
            var prompt = await outcomes.ForAsync(id, left > TimeSpan.Zero ? left : Recheck, context.RequestAborted);
            if (prompt.State == PromptState.Answered)
            {
                return (Outcomes.Answer(prompt, PartsOf(prompt)), null);
            }

            if (prompt.IsFinal)
            {
                var failure = Outcomes.Failure(prompt);
                return (null, failure with { Error = failure.Error with { Param = RequestParams.Of(context.Request, failure.Error.Param) } });
            }

            if (closing.Token.IsCancellationRequested)
            {
                return (null, Outcomes.Stopping);
            }

            if (prompt.State == PromptState.Escalated && time.GetElapsedTime(begun) >= options.CloudWait)
            {
                return prompt.Draft is not null && options.OnCloudWait == CloudWaitEnd.Draft
                    ? (Outcomes.Draft(prompt, PartsOf(prompt), models.UsageOf(prompt.Messages, prompt.Draft)), null)
                    : (null, Outcomes.Late(id, options.CloudWait));
            }
        }
    }

    /// <summary>Tool calls come from the cloud only, log-probabilities only where they were asked for.</summary>
    private AnswerParts? PartsOf(PromptRecord prompt) =>
        prompt.Options is { Tools: not null } or { TopLogProbs: not null } ? journal.Parts(prompt.Id) : null;

    /// <summary>Notes that the answer has gone out whole, unless the caller has gone meanwhile.</summary>
    private async Task DeliverAsync(HttpContext context, Guid id)
    {
        await context.Response.CompleteAsync();
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await journal.DeliverAsync(id);
        }
        catch (JournalException exception)
        {
            // The caller has the answer; at worst it gets the same one if it asks the same again soon.
            LogNotNoted(id, exception.Message);
        }
    }

    private static void SayWhere(IHeaderDictionary headers, HybridNote note)
    {
        headers[RouteHeader] = note.Route?.ToString().ToLowerInvariant();
        headers[ReasonHeader] = note.Reason;
        if (note.Confidence is { } confidence)
        {
            headers[ConfidenceHeader] = confidence.ToString("0.####", CultureInfo.InvariantCulture);
        }

        if (note.Draft == true)
        {
            headers[DraftHeader] = "true";
        }
    }

    [LoggerMessage(1010, LogLevel.Error, "The stream of {PromptId} broke: {Message}")]
    private partial void LogBroken(Guid promptId, string message);

    [LoggerMessage(1012, LogLevel.Error, "The stream of {PromptId} failed.")]
    private partial void LogFailed(Exception exception, Guid promptId);

    [LoggerMessage(1011, LogLevel.Warning, "That {PromptId} was delivered could not be recorded: {Message}")]
    private partial void LogNotNoted(Guid promptId, string message);
}
