using Hybrid.EdgeWorker.Api.OpenAI;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Errors as RFC 9457 problem details.</summary>
internal static class Problems
{
    private const string ContentType = "application/problem+json";

    /// <summary>Seconds: what frees the way (outcomes, pruning, an operator) takes about so long.</summary>
    private const string RetryAfter = "30";

    public static IResult Of(int status, string title, string detail, string? field = null) =>
        TypedResults.Json(Details(status, title, detail, field), ApiJson.Default.ProblemDetails, ContentType, status);

    /// <summary>Nothing is wrong with the request, and later it may be taken.</summary>
    public static IResult Later(HttpContext context, string title, string detail, int status = StatusCodes.Status503ServiceUnavailable)
    {
        context.Response.Headers.RetryAfter = RetryAfter;
        return Of(status, title, detail);
    }

    /// <summary>Answers in the shape the path's clients read: OpenAI's under <c>/v1</c>.</summary>
    public static Task WriteAsync(HttpContext context, int status, string title, string detail)
    {
        if (OpenAIErrors.Speaks(context.Request))
        {
            return OpenAIErrors.WriteAsync(context, status, $"{title}: {detail}");
        }

        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfter;
        }

        return context.Response.WriteAsJsonAsync(Details(status, title, detail, null), ApiJson.Default.ProblemDetails, ContentType, context.RequestAborted);
    }

    private static ProblemDetails Details(int status, string title, string detail, string? field)
    {
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail, Type = "about:blank" };
        if (!string.IsNullOrEmpty(field))
        {
            // As text inside the detail: the extension dictionary would need reflection.
            problem.Detail = $"{field}: {detail}";
        }

        return problem;
    }
}
