using Hybrid.CloudFunctions.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>The contract of Azure Functions' custom handlers for functions with a queue or a timer: <c>POST /{function}</c>.</summary>
internal sealed partial class CustomHandler(
    QueueFunctions functions, FunctionRunner runner, ClaimSweep sweep, ILogger<CustomHandler> logger)
{
    /// <summary>Where the host tells the port.</summary>
    public const string PortVariable = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <summary>A message's text has at most 64 KiB, and JSON in JSON can make twelve bytes of one.</summary>
    private const int MaxBodyBytes = 2 * 1024 * 1024;

    // Success needs a body: after an empty 200 the host waits until functionTimeout and then kills this process.
    private const string Answer = """{"Outputs":{},"Logs":[],"ReturnValue":null}""";

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var function in functions.All)
        {
            routes.MapPost($"/{function.Name}", context => InvokeAsync(context, function));
        }

        routes.MapPost($"/{ClaimSweep.FunctionName}", SweepAsync);
    }

    private async Task InvokeAsync(HttpContext context, QueueFunction function)
    {
        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        var message = await InvocationRequest.ReadMessageAsync(context.Request.Body, context.RequestAborted);
        if (message is null)
        {
            LogNoInvocation(logger, function.Name);
            await EndAsync(context, StatusCodes.Status400BadRequest);
            return;
        }

        // Anything but 2xx counts as a failed attempt, and the host delivers the message again.
        await EndAsync(context, await runner.RunAsync(function, message, context.RequestAborted) switch
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
