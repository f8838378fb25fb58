using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A request's body: its bytes, by which it is known again, and its fields.</summary>
internal sealed class RequestBody : IDisposable
{
    private static readonly JsonDocumentOptions Reading = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    private readonly JsonDocument _document;

    private RequestBody(byte[] bytes, JsonDocument document)
    {
        Bytes = bytes;
        _document = document;
    }

    public byte[] Bytes { get; }

    public RequestFields Fields => RequestFields.ObjectOf(_document.RootElement, "");

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestRefusedException">It is too large, comes too slowly, or is no JSON object.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context)
    {
        byte[] bytes;
        try
        {
            bytes = await BodyBytes.ReadAsync(context);
        }
        catch (BadHttpRequestException exception)
        {
            throw RequestRefusedException.Of(exception.StatusCode, exception.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => $"The body is too large, or has more than {BodyBytes.MostValues} names and values.",
                StatusCodes.Status408RequestTimeout => "The body came too slowly.",
                StatusCodes.Status429TooManyRequests => exception.Message,
                _ => "The body cannot be read.",
            });
        }
        catch (IOException)
        {
            throw RequestRefusedException.Of(StatusCodes.Status400BadRequest, "The body cannot be read.");
        }

        if (!Utf8.IsValid(bytes))
        {
            throw RequestRefusedException.Of(StatusCodes.Status400BadRequest, "The body is not UTF-8.", "invalid_json");
        }

        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(bytes, Reading);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new RequestBody(bytes, document)
                : throw RequestRefusedException.Of(StatusCodes.Status400BadRequest, "The body must be a JSON object.", "invalid_json");
        }
        catch (JsonException exception)
        {
            // Without the exception's own words, which quote the body.
            var place = exception.LineNumber is { } line ? $": see line {line + 1}, byte {exception.BytePositionInLine + 1}" : "";
            throw RequestRefusedException.Of(
                StatusCodes.Status400BadRequest, $"The body is no JSON, or too deep, or names a field twice{place}.", "invalid_json");
        }
        catch (InvalidOperationException)
        {
            // Names are compared as texts, and half a surrogate pair is none.
            throw RequestRefusedException.Of(StatusCodes.Status400BadRequest, "The name of a field is no valid Unicode text.", "invalid_json");
        }
        catch (RequestRefusedException)
        {
            document?.Dispose();
            throw;
        }
    }

    public void Dispose() => _document.Dispose();
}
