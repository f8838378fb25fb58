using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.EdgeWorker.Models;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Embeddings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary><c>POST /v1/embeddings</c>, where an embedding model is configured.</summary>
internal sealed partial class EmbeddingsApi(LocalModels models, ILogger<EmbeddingsApi> logger)
{
    /// <summary>OpenAI's limit.</summary>
    private const int MostInputs = 2048;

    public async Task PostAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        var model = body.Fields.RequiredText("model");
        if (models.Embeddings is not { } generator)
        {
            throw RequestRefusedException.Of(
                StatusCodes.Status404NotFound,
                $"No embedding model is configured on this device. Set {ModelsOptions.SectionName}:{nameof(ModelsOptions.EmbeddingPath)}.",
                "model_not_found", "model");
        }

        if (model != models.EmbeddingName)
        {
            throw RequestRefusedException.Of(
                StatusCodes.Status404NotFound, $"There is no such embedding model here; the one there is, is {models.EmbeddingName}.", "model_not_found", "model");
        }

        var base64 = body.Fields.Text("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw RequestRefusedException.Field("encoding_format", "encoding_format must be float or base64."),
        };
        _ = OptionReader.User(body.Fields);
        var texts = Texts(body.Fields);
        var answer = await EmbedAsync(generator, texts, body.Fields.Integer("dimensions", 1, int.MaxValue), context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        Write(writer, answer, model, base64);
        await writer.FlushAsync(context.RequestAborted);
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(
        IEmbeddingGenerator<string, Embedding<float>> generator, List<string> texts, int? dimensions, CancellationToken cancellationToken)
    {
        try
        {
            return await generator.GenerateAsync(texts, new EmbeddingGenerationOptions { Dimensions = dimensions }, cancellationToken);
        }
        catch (NotSupportedException exception)
        {
            throw RequestRefusedException.Unsupported("dimensions", exception.Message);
        }
        catch (EmbeddingInputTooLongException exception)
        {
            throw RequestRefusedException.Field("input", exception.Message, "context_length_exceeded");
        }
        catch (ArgumentException exception)
        {
            throw RequestRefusedException.Field("input", exception.Message);
        }
        catch (InferenceFailedException exception)
        {
            LogFailed(exception.Message);
            throw RequestRefusedException.Of(
                StatusCodes.Status500InternalServerError, "The embedding model could not be run; the device's log has the reason.", "local_error");
        }
    }

    private static List<string> Texts(RequestFields fields)
    {
        var input = fields.Find("input") ?? throw fields.Missing("input");
        var texts = input.ValueKind switch
        {
            JsonValueKind.String => [RequestFields.TextOf(input, "input")],
            JsonValueKind.Array => RequestFields.ArrayOf(input, "input", MostInputs).Select(Text).ToList(),
            _ => throw RequestFields.WrongType("input", "a string or an array of strings", input),
        };
        return texts.Count == 0 ? throw RequestRefusedException.Field("input", "input is empty.", "empty_array")
            : texts.FindIndex(text => text.Length == 0) is >= 0 and var empty
                ? throw RequestRefusedException.Field(
                    input.ValueKind == JsonValueKind.Array ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"input[{empty}]") : "input",
                    "A text to embed must not be empty.")
            : texts;
    }

    private static string Text((JsonElement Value, string Path) item) => item.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Array
        ? throw RequestRefusedException.Unsupported("input", "input must be text: token numbers of other models mean nothing here.")
        : RequestFields.TextOf(item.Value, item.Path);

    private static void Write(Utf8JsonWriter writer, GeneratedEmbeddings<Embedding<float>> answer, string model, bool base64)
    {
        writer.WriteStartObject();
        writer.WriteString("object", "list");
        writer.WriteStartArray("data");
        for (var index = 0; index < answer.Count; index++)
        {
            writer.WriteStartObject();
            writer.WriteString("object", "embedding");
            writer.WriteNumber("index", index);
            if (base64)
            {
                // 32-bit floats, little-endian, as every machine this runs on has them.
                writer.WriteBase64String("embedding", MemoryMarshal.AsBytes(answer[index].Vector.Span));
            }
            else
            {
                writer.WriteStartArray("embedding");
                foreach (var value in answer[index].Vector.Span)
                {
                    writer.WriteNumberValue(value);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("model", model);
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", answer.Usage?.InputTokenCount ?? 0);
        writer.WriteNumber("total_tokens", answer.Usage?.TotalTokenCount ?? 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    [LoggerMessage(3010, LogLevel.Error, "The embedding model failed: {Message}")]
    private partial void LogFailed(string message);
}
