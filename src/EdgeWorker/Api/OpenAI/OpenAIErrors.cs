using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Errors in OpenAI's shape: the official SDKs choose their exception by the status, and read message, type, param and code.</summary>
internal static class OpenAIErrors
{
    public const string InvalidRequest = "invalid_request_error";
    public const string RateLimit = "rate_limit_error";
    public const string Server = "server_error";
    public const string Permission = "permission_error";
    public const string Timeout = "timeout_error";

    /// <summary>Seconds after which it is worth trying again: what frees the way (outcomes, pruning, an operator) takes about so long.</summary>
    private const string LongPause = "30";

    /// <summary>Seconds for those who came when all places were taken.</summary>
    private const string ShortPause = "1";

    private static readonly PathString Root = new("/v1");

    /// <summary>Whether a request is one to OpenAI's API.</summary>
    public static bool Speaks(HttpRequest request) => request.Path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase);

    /// <summary>The error of a status, with the type that belongs to it.</summary>
    public static OpenAIError Of(int status, string message, string? code = null, string? param = null) => new(
        message,
        status switch
        {
            StatusCodes.Status403Forbidden => Permission,
            StatusCodes.Status408RequestTimeout => Timeout,
            StatusCodes.Status429TooManyRequests => RateLimit,
            StatusCodes.Status504GatewayTimeout => Timeout,
            >= 500 => Server,
            _ => InvalidRequest,
        },
        string.IsNullOrEmpty(param) ? null : param,
        code ?? status switch
        {
            StatusCodes.Status401Unauthorized => "invalid_api_key",
            StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
            StatusCodes.Status408RequestTimeout => "request_timeout",
            StatusCodes.Status413PayloadTooLarge => "request_too_large",
            StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
            StatusCodes.Status429TooManyRequests => "rate_limit_exceeded",
            StatusCodes.Status500InternalServerError => "internal_error",
            StatusCodes.Status503ServiceUnavailable => "service_unavailable",
            StatusCodes.Status504GatewayTimeout => "timeout",
            _ => null,
        });

    /// <summary>Answers with an error; where trying again later may help, the answer says when, unless the caller has said so already.</summary>
    public static Task WriteAsync(HttpContext context, int status, string message, string? code = null, string? param = null) =>
        WriteAsync(context, status, Of(status, message, code, param));

    /// <inheritdoc cref="WriteAsync(HttpContext, int, string, string?, string?)"/>
    public static Task WriteAsync(HttpContext context, int status, OpenAIError error)
    {
        context.Response.StatusCode = status;
        if (context.Response.Headers.RetryAfter.Count == 0
            && status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = status == StatusCodes.Status429TooManyRequests ? ShortPause : LongPause;
        }

        return context.Response.WriteAsJsonAsync(
            new OpenAIErrorBody(error), OpenAIJson.Default.OpenAIErrorBody, contentType: "application/json", context.RequestAborted);
    }
}
