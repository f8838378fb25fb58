using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api.OpenAI;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hybrid.EdgeWorker.Api;

/// <summary><c>/hybrid/prompts</c>: hand in prompts, fetch their outcomes.</summary>
internal static class PromptApi
{
    public const string IdempotencyHeader = "Idempotency-Key";

    private const string Path = "/hybrid/prompts";
    private const string IdempotencyScope = "http";
    private const int MostListed = 1000;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Path, PostAsync);
        endpoints.MapPost(Path + "/{id:guid}/retry", RetryAsync);
        endpoints.MapGet(Path, List);
        endpoints.MapGet(Path + "/{id:guid}", GetAsync);
        endpoints.MapGet(Path + "/{id:guid}/trace", Trace);
    }

    private static async Task<IResult> PostAsync(
        HttpContext context, PromptIntake intake, PromptStreaming streaming, OutcomeWait outcomes, ApiOptions options)
    {
        var (body, bytes, problem) = await ReadAsync(context, options);
        if (body is null)
        {
            return problem!;
        }

        if (body.Prompt is null == body.Messages is null)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "Invalid prompt", "Give either prompt or messages.", "prompt");
        }

        var key = context.Request.Headers[IdempotencyHeader].ToString();
        var request = new PromptRequest
        {
            Messages = body.Messages ?? [new PromptMessage(MessageRole.User, body.Prompt!)],
            Options = body.Options,
            Model = body.Model ?? ModelNames.Hybrid,
            Task = body.Task,
            Kind = body.Interactive ? PromptKind.Interactive : PromptKind.Batch,
            WaitOffline = body.WaitOffline,
            Deadline = body.DeadlineSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, 1e9)) : null,
            Idempotency = context.Request.Headers.ContainsKey(IdempotencyHeader) ? new IdempotencyKey(IdempotencyScope, key, SHA256.HashData(bytes)) : null,
            Owner = Caller.Of(context).Owner,
        };
        return await AcceptAsync(context, request, intake, streaming, outcomes);
    }

    /// <summary>Asks again what was asked before, as a new prompt.</summary>
    private static async Task<IResult> RetryAsync(
        Guid id, HttpContext context, PromptIntake intake, PromptStreaming streaming, PromptJournal journal, OutcomeWait outcomes)
    {
        if (journal.Find(id) is not { } earlier || !Caller.Of(context).MaySee(earlier))
        {
            return NotFound(id);
        }

        if (!earlier.IsFinal)
        {
            return Problems.Of(StatusCodes.Status409Conflict, "Still open", "The prompt has no outcome yet; only ended prompts can be asked again.");
        }

        return await AcceptAsync(
            context,
            new PromptRequest
            {
                Messages = earlier.Messages,
                Options = earlier.Options,
                Model = earlier.Model,
                Task = earlier.Task,
                WaitOffline = earlier.WaitOffline,
                RetryOf = id,
                Owner = earlier.Owner,
            },
            intake, streaming, outcomes);
    }

    private static async Task<IResult> AcceptAsync(
        HttpContext context, PromptRequest request, PromptIntake intake, PromptStreaming streaming, OutcomeWait outcomes)
    {
        var stream = context.Request.GetTypedHeaders().Accept.Any(accept => accept.MediaType == EventStream.ContentType);
        try
        {
            var acceptance = await intake.AcceptAsync(request, stream);
            if (stream)
            {
                return new PromptStreamResult(streaming, acceptance.Id, acceptance.Kind == AcceptanceKind.New);
            }

            return await AnswerAsync(context, acceptance.Id, intake, outcomes);
        }
        catch (PromptRefusedException refused)
        {
            return refused.Kind switch
            {
                RefusalKind.KeyConflict => Problems.Of(StatusCodes.Status422UnprocessableEntity, "Key used before", refused.Message),
                RefusalKind.Busy => Problems.Later(context, "Too many open prompts", refused.Message, StatusCodes.Status429TooManyRequests),
                RefusalKind.Full => Problems.Later(context, "Journal full", refused.Message),
                _ => Problems.Of(StatusCodes.Status400BadRequest, "Invalid prompt", refused.Message, refused.Field),
            };
        }
        catch (JournalException exception)
        {
            return Problems.Later(context, "Not accepted", exception.Message);
        }
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, Guid id, PromptIntake intake, OutcomeWait outcomes)
    {
        var wait = PromptWait.Of(context.Request);
        if (wait is { } asked)
        {
            context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={asked.TotalSeconds:F0}");
        }

        intake.CallerCame(id);
        context.Response.Headers[AnswerCalls.PromptIdHeader] = id.ToString();
        try
        {
            var prompt = await outcomes.ForAsync(id, wait ?? TimeSpan.Zero, context.RequestAborted);
            context.Response.Headers.Location = $"{Path}/{id}";
            return TypedResults.Json(
                PromptView.Of(prompt), ApiJson.Default.PromptView, statusCode: prompt.IsFinal ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
        }
        finally
        {
            await intake.CallerLeftAsync(id, gaveUp: context.RequestAborted.IsCancellationRequested);
        }
    }

    private static IResult List(HttpContext context, PromptJournal journal, string? state = null, int most = 50)
    {
        PromptState? wanted = null;
        if (state is not null)
        {
            if (!Enum.GetNames<PromptState>().Contains(state, StringComparer.OrdinalIgnoreCase))
            {
                return Problems.Of(StatusCodes.Status400BadRequest, "Unknown state", $"state must be one of {string.Join(", ", Enum.GetNames<PromptState>()).ToLowerInvariant()}.");
            }

            wanted = Enum.Parse<PromptState>(state, ignoreCase: true);
        }

        var caller = Caller.Of(context);
        most = Math.Clamp(most, 1, MostListed);
        var prompts = caller.SeesAll ? journal.List(wanted, most) : journal.ListOf(caller.Owner, wanted, most);
        return TypedResults.Json(new PromptListView([.. prompts.Select(prompt => PromptView.Of(prompt))]), ApiJson.Default.PromptListView);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, PromptJournal journal, OutcomeWait outcomes)
    {
        if (journal.Find(id) is not { } known || !Caller.Of(context).MaySee(known))
        {
            return NotFound(id);
        }

        context.Response.Headers[AnswerCalls.PromptIdHeader] = id.ToString();
        var prompt = await outcomes.ForAsync(id, PromptWait.Of(context.Request) ?? TimeSpan.Zero, context.RequestAborted);
        return TypedResults.Json(PromptView.Of(prompt, prompt.Options?.Tools is null ? null : journal.Parts(id)), ApiJson.Default.PromptView);
    }

    private static IResult Trace(Guid id, HttpContext context, PromptJournal journal) =>
        (Caller.Of(context).SeesAll || (journal.Find(id) is { } known && Caller.Of(context).MaySee(known)))
        && journal.Trace(id) is { Count: > 0 } transitions
        ? TypedResults.Json(
            new TraceView(id, [.. transitions.Select(step => new TransitionView(step.At, step.To, step.From, step.Route, step.Reason, step.Detail))]),
            ApiJson.Default.TraceView)
        : NotFound(id);

    private static IResult NotFound(Guid id) => Problems.Of(StatusCodes.Status404NotFound, "No such prompt", $"This device has no prompt {id}.");

    private static async Task<(PromptBody? Body, byte[] Bytes, IResult? Problem)> ReadAsync(HttpContext context, ApiOptions options)
    {
        try
        {
            var bytes = await BodyBytes.ReadAsync(context);
            return JsonSerializer.Deserialize(bytes, ApiJson.Default.PromptBody) is { } body
                ? (body, bytes, null)
                : (null, bytes, Problems.Of(StatusCodes.Status400BadRequest, "Invalid JSON", "The body is null; it must be an object."));
        }
        catch (JsonException exception)
        {
            return (null, [], Problems.Of(StatusCodes.Status400BadRequest, "Invalid JSON", exception.Message, exception.Path));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status429TooManyRequests)
        {
            return (null, [], Problems.Later(context, "Busy", exception.Message, exception.StatusCode));
        }
        catch (BadHttpRequestException exception)
        {
            return (null, [], Problems.Of(exception.StatusCode, "Body refused", $"{exception.Message} At most {options.MaxBodyBytes} bytes are read."));
        }
        catch (IOException)
        {
            return (null, [], Problems.Of(StatusCodes.Status400BadRequest, "Body refused", "The body cannot be read."));
        }
    }
}
