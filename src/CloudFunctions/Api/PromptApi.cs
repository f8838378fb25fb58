using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Diagnostics;
using Hybrid.CloudFunctions.Models;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Api;

/// <summary>Prompts over HTTP, for clients without a device. Whoever may call it is the host's affair.</summary>
internal sealed partial class PromptApi(
    EventSender sender,
    IMessageTransport transport,
    OutcomeStore outcomes,
    AcceptedPrompts accepted,
    ModelSource source,
    ModelOptions model,
    ApiOptions options,
    TimeProvider time,
    ILogger<PromptApi> logger)
{
    private const string PromptsPath = "/api/prompts";
    private static readonly ReasonCode Reason = new(DeviceIds.Direct);

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(PromptsPath, PostPromptAsync);
        routes.MapGet(PromptsPath + "/{id}", GetPromptAsync);
        routes.MapGet("/api/health", HealthAsync);
    }

    /// <summary>Takes a prompt; writes the response.</summary>
    public Task PostPromptAsync(HttpContext context) => GuardAsync(context, PostAsync);

    /// <summary>Tells what became of the prompt the route names; writes the response.</summary>
    public Task GetPromptAsync(HttpContext context) => GuardAsync(context, GetAsync);

    /// <summary>Tells how the program is; writes the response.</summary>
    public Task HealthAsync(HttpContext context) => source.IsReady
        ? WriteAsync(context, StatusCodes.Status200OK, new HealthReport("ok", model.Name), ApiJson.Default.HealthReport)
        : WriteAsync(
            context, StatusCodes.Status503ServiceUnavailable, new HealthReport("starting", model.Name), ApiJson.Default.HealthReport);

    private async Task PostAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            await FailAsync(
                context, StatusCodes.Status415UnsupportedMediaType, "Unsupported media type", "Content-Type must be application/json.");
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = Limits.DataBytes;
        }

        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.PromptRequest, context.RequestAborted)
            ?? throw new ContractException("", "The body is null.");
        var id = await AcceptAsync(request, context.RequestAborted);
        context.Response.Headers.Location = $"{PromptsPath}/{id}";
        await WriteAsync(context, StatusCodes.Status202Accepted, new PromptAccepted(id), ApiJson.Default.PromptAccepted);
    }

    private async Task<Guid> AcceptAsync(PromptRequest request, CancellationToken cancellationToken)
    {
        if (request.Prompt is null == request.Messages is null)
        {
            throw new ContractException("messages", "The body must hold either prompt or messages.");
        }

        var messages = request.Messages ?? [new PromptMessage(MessageRole.User, request.Prompt!)];
        EventFormat.Check(messages, request.Options);
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var body = EventFormat.Write(EventFormat.Create(
            $"direct-{id:N}", CloudDiagnostics.Source, EventTypes.Escalation, id, now,
            new EscalationData(id, DeviceIds.Direct, Guid.Empty, now + options.Deadline, messages, Reason, request.Options),
            Activity.Current?.Id));
        var address = QueueAddress.Escalations;
        CrashPoint.Hit(CloudCrashPoints.DirectBefore);
        await EnsuredSend.RunAsync(transport, address, () => sender.SendAsync(address, body, cancellationToken), cancellationToken);
        CrashPoint.Hit(CloudCrashPoints.DirectQueued);
        // After the queue: a marker alone would promise an outcome that never comes.
        await accepted.AddAsync(id, cancellationToken);
        CrashPoint.Hit(CloudCrashPoints.DirectMarked);
        LogAccepted(logger, id, messages.Count, body.Length);
        return id;
    }

    private async Task GetAsync(HttpContext context)
    {
        if (!Guid.TryParse(context.Request.RouteValues["id"] as string, out var id))
        {
            await NotFoundAsync(context);
        }
        else if (await outcomes.FindAsync(DeviceIds.Direct, id, context.RequestAborted) is { Answer: var answer })
        {
            await WriteAsync(
                context,
                StatusCodes.Status200OK,
                new PromptOutcome(
                    id, answer.Outcome, answer.Text, answer.Model, answer.Usage, answer.Cost, answer.FinishReason, answer.Error),
                ApiJson.Default.PromptOutcome);
        }
        else if (await accepted.ContainsAsync(id, context.RequestAborted))
        {
            await WriteAsync(context, StatusCodes.Status202Accepted, new PromptAccepted(id), ApiJson.Default.PromptAccepted);
        }
        else
        {
            await NotFoundAsync(context);
        }
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate handle)
    {
        try
        {
            await handle(context);
        }
        catch (ContractException exception)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, "Invalid prompt", exception.Message, exception.Field);
        }
        catch (JsonException exception)
        {
            await FailAsync(
                context, StatusCodes.Status400BadRequest, "Invalid JSON", "The body is no JSON of the documented form.", exception.Path);
        }
        catch (BadHttpRequestException exception)
        {
            await FailAsync(context, exception.StatusCode, "Bad request", exception.Message);
        }
        catch (Exception exception) when (exception is MessagingException or RequestFailedException or AggregateException)
        {
            LogUnavailable(logger, exception);
            await FailAsync(
                context, StatusCodes.Status503ServiceUnavailable, "Storage unavailable",
                "The storage account did not answer. Try again; nothing was promised.");
        }
    }

    private static Task NotFoundAsync(HttpContext context) =>
        FailAsync(context, StatusCodes.Status404NotFound, "No such prompt", "No prompt of this id was accepted over this API.");

    private static Task FailAsync(HttpContext context, int status, string title, string detail, string? field = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new Problem(title, status, detail, string.IsNullOrEmpty(field) ? null : field),
            ApiJson.Default.Problem,
            Problem.ContentType,
            context.RequestAborted);
    }

    private static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> info)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, info, cancellationToken: context.RequestAborted);
    }

    [LoggerMessage(EventId = 6041, Level = LogLevel.Error, Message = "A request failed because the storage account did not answer.")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(
        EventId = 6040, Level = LogLevel.Information,
        Message = "Prompt {PromptId} was accepted: {Messages} messages, {Bytes} bytes.")]
    private static partial void LogAccepted(ILogger logger, Guid promptId, int messages, int bytes);
}
