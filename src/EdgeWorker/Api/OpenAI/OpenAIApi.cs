using Hybrid.EdgeWorker.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary><c>/v1</c>: the API every OpenAI client speaks.</summary>
internal static class OpenAIApi
{
    public static IServiceCollection AddOpenAIApi(this IServiceCollection services)
    {
        services.AddSingleton<AnswerCalls>();
        services.AddSingleton<ChatApi>();
        services.AddSingleton<ResponsesApi>();
        services.AddSingleton<ModelsApi>();
        services.AddSingleton<EmbeddingsApi>();
        return services;
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var chat = services.GetRequiredService<ChatApi>();
        var responses = services.GetRequiredService<ResponsesApi>();
        var models = services.GetRequiredService<ModelsApi>();
        var embeddings = services.GetRequiredService<EmbeddingsApi>();
        var root = endpoints.MapGroup("/v1");
        root.MapGet("/models", Guarded(models.ListAsync));
        root.MapGet("/models/{**id}", Guarded(models.GetAsync));
        root.MapPost("/chat/completions", Guarded(chat.ChatAsync));
        root.MapPost("/completions", Guarded(chat.CompleteAsync));
        root.MapPost("/embeddings", Guarded(embeddings.PostAsync));
        root.MapPost("/responses", Guarded(responses.PostAsync));
        root.MapGet("/responses/{id}", Guarded(responses.GetAsync));
    }

    /// <summary>Says no in OpenAI's words; what nobody foresaw goes on to the guard of every request.</summary>
    private static RequestDelegate Guarded(RequestDelegate endpoint) => async context =>
    {
        try
        {
            await endpoint(context);
        }
        catch (RequestRefusedException refused)
        {
            await OpenAIErrors.WriteAsync(context, refused.Status, refused.Error);
        }
        catch (PromptRefusedException refused)
        {
            var (status, code) = refused.Kind switch
            {
                RefusalKind.TooLong => (StatusCodes.Status400BadRequest, Outcomes.ContextLength),
                RefusalKind.UnknownModel => (StatusCodes.Status404NotFound, "model_not_found"),
                RefusalKind.KeyConflict => (StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused"),
                RefusalKind.Busy => (StatusCodes.Status429TooManyRequests, "rate_limit_exceeded"),
                RefusalKind.Full => (StatusCodes.Status503ServiceUnavailable, "journal_full"),
                _ => (StatusCodes.Status400BadRequest, "invalid_value"),
            };
            await OpenAIErrors.WriteAsync(context, status, refused.Message, code, RequestParams.Of(context.Request, refused.Field));
        }
    };
}
