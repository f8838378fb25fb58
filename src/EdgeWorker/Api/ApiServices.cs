using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Api.OpenAI;
using Hybrid.EdgeWorker.Api.Reference;
using Hybrid.EdgeWorker.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Registers and maps this room.</summary>
internal static partial class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.TryAddSingleton(new ApiOptions());
        services.TryAddSingleton(Door.Local);
        services.AddSingleton<KeyRing>();
        services.AddSingleton<RequestLimits>();
        services.AddCors();
        services.AddSingleton<Closing>();
        services.AddSingleton<OutcomeWait>();
        services.AddSingleton<MemoryReturn>();
        services.AddSingleton<LargeBodies>();
        services.AddSingleton<PromptStreaming>();
        services.AddOpenAIApi();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        return services;
    }

    public static void MapApi(this WebApplication application)
    {
        var logger = application.Logger;
        application.Use(async (context, next) => await GuardAsync(context, next, logger));
        application.UseMiddleware<HostGuard>();
        AllowOrigins(application);
        application.UseMiddleware<KeyGuard>();
        application.UseStatusCodePages(pages => Problems.WriteAsync(
            pages.HttpContext,
            pages.HttpContext.Response.StatusCode,
            Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(pages.HttpContext.Response.StatusCode),
            OpenAIErrors.Speaks(pages.HttpContext.Request)
                ? "/openapi/v1.json describes the paths and methods this device answers."
                : "See the README for the paths, methods and parameters this device answers."));
        PromptApi.Map(application);
        OpenAIApi.Map(application);
        ReferenceApi.Map(application);
        StatusApi.Map(application);
    }

    /// <summary>Pages of other origins are refused, and get no headers that let them in, unless they are configured.</summary>
    private static void AllowOrigins(WebApplication application)
    {
        var origins = ApiOptions.Split(application.Services.GetRequiredService<ApiOptions>().CorsOrigins);
        if (origins.Count > 0)
        {
            application.UseCors(policy => policy.WithOrigins([.. origins]).AllowAnyHeader().WithMethods("GET", "POST")
                .WithExposedHeaders("Location", "Retry-After", "x-request-id", "x-hybrid-prompt-id", "x-hybrid-route", "x-hybrid-reason", "x-hybrid-confidence", "x-hybrid-draft"));
        }
    }

    /// <summary>The last resort of every request: a clear answer, the reason in the log, no stack trace to the caller.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "A boundary: whatever went wrong in one request must not reach the caller raw.")]
    private static async Task GuardAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        RequestId.Give(context);
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; nobody reads an answer.
        }
        catch (JournalException exception) when (!context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "Journal unavailable", exception.Message);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailed(logger, exception, context.Request.Path);
            await Problems.WriteAsync(context, StatusCodes.Status500InternalServerError, "Failed", "The request failed; the device's log has the reason.");
        }
    }

    [LoggerMessage(1001, LogLevel.Error, "A request to {Path} failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string path);
}
