using Hybrid.CloudFunctions.Claims;
using Hybrid.CloudFunctions.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>The contract of Azure Functions' custom handlers for functions with a queue or a timer: <c>POST /{function}</c>.</summary>
internal sealed partial class CustomHandler(
    QueueFunctions functions, FunctionRunner runner, ClaimSweep sweep, HostFile host, TimeProvider time, ILogger<CustomHandler> logger)
{
    /// <summary>Where the host tells the port.</summary>
    public const string PortVariable = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <summary>
    /// A Storage message's text has at most 64 KiB, and JSON in JSON can make twelve bytes of one. A message of Service Bus has at most
    /// 256 KiB on Standard, in Base64 that is 342; on Premium it may have more, but ours go by claim check then.
    /// </summary>
    private const int MaxBodyBytes = 2 * 1024 * 1024;

    // Success needs a body: after an empty 200 the host waits until functionTimeout and then kills this process.
    private const string Answer = """{"Outputs":{},"Logs":[],"ReturnValue":null}""";

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var function in functions.All)
        {
            routes.MapPost($"/{function.Name}", context => InvokeAsync(context, function, InvocationRequest.ReadQueueAsync, TimeSpan.Zero));
            routes.MapPost(
                $"/{function.ServiceBusName}",
                context => InvokeAsync(context, function, InvocationRequest.ReadServiceBusAsync, host.Rest));
        }

        routes.MapPost($"/{ClaimSweep.FunctionName}", SweepAsync);
    }

    /// <param name="context">The request.</param>
    /// <param name="function">What is called.</param>
    /// <param name="read">Reads the request.</param>
    /// <param name="rest">
    /// How long a failed attempt keeps its message. Service Bus delivers what is given back at once and counts it: without a rest, ten
    /// deliveries would be used up while another worker holds the prompt's lease for a second.
    /// </param>
    private async Task InvokeAsync(
        HttpContext context, QueueFunction function, Func<Stream, CancellationToken, Task<Delivery?>> read, TimeSpan rest)
    {
        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        if (await read(context.Request.Body, context.RequestAborted) is not { } delivery)
        {
            LogNoInvocation(logger, function.Name);
            await EndAsync(context, StatusCodes.Status400BadRequest);
            return;
        }

        var end = await runner.RunAsync(function, delivery, context.RequestAborted);
        if (end is RunEnd.Later or RunEnd.Failed)
        {
            await Task.Delay(rest, time, context.RequestAborted);
        }

        // Anything but 2xx counts as a failed attempt, and the host delivers the message again.
        await EndAsync(context, end switch
        {
            RunEnd.Done => StatusCodes.Status200OK,
            RunEnd.Later => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        });
    }

    // What the timer says does not matter: late or not, one sweep is as good as another.
    private async Task SweepAsync(HttpContext context) => await EndAsync(
        context,
        await sweep.RunAsync(context.RequestAborted) ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError);

    private static Task EndAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Answer, context.RequestAborted);
    }

    [LoggerMessage(
        EventId = 6060, Level = LogLevel.Error,
        Message = "A request to {Function} was no invocation of a function with one binding.")]
    private static partial void LogNoInvocation(ILogger logger, string function);
}
