using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The pipeline's names of fields, as the requests of each endpoint have them.</summary>
internal static class RequestParams
{
    /// <summary>The form of an answer that is to be JSON.</summary>
    public const string Json = "options.json";

    /// <summary>The schema of an answer.</summary>
    public const string Schema = "options.schema";

    private const string Messages = "messages";
    private const string Options = "options.";

    /// <summary>The field of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="field">The pipeline's name: <c>messages[0].toolCalls</c>, <c>options.maxTokens</c>.</param>
    public static string? Of(HttpRequest request, string? field)
    {
        var isResponse = request.Path.StartsWithSegments("/v1/responses", StringComparison.OrdinalIgnoreCase);
        return field switch
        {
            null or "" => null,
            Json => isResponse ? "text.format" : "response_format",
            Schema => isResponse ? "text.format.schema" : "response_format.json_schema.schema",
            "options.schema.name" => isResponse ? "text.format.name" : "response_format.json_schema.name",
            "options.maxTokens" when isResponse => "max_output_tokens",
            _ when field.StartsWith(Options, StringComparison.Ordinal) => JsonNamingPolicy.SnakeCaseLower.ConvertName(field[Options.Length..]),
            // The conversation is not the caller's list: instructions and what went before stand in it too.
            _ when field.StartsWith(Messages, StringComparison.Ordinal) && isResponse => "input",
            _ when field.StartsWith(Messages, StringComparison.Ordinal) && IsCompletion(request) => "prompt",
            _ => field.Replace("toolCalls", "tool_calls", StringComparison.Ordinal).Replace("toolCallId", "tool_call_id", StringComparison.Ordinal),
        };
    }

    private static bool IsCompletion(HttpRequest request) => request.Path.StartsWithSegments("/v1/completions", StringComparison.OrdinalIgnoreCase);
}
