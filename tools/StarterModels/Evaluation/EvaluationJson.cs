using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.StarterModels.Evaluation;

/// <summary>How prompts and reports are written as JSON: camel case, one line.</summary>
internal static class EvaluationJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads <c>eval.jsonl</c>.</summary>
    /// <exception cref="InvalidDataException">A line is no prompt; the message names file and line.</exception>
    public static async Task<IReadOnlyList<EvaluationPrompt>> ReadPromptsAsync(string path, CancellationToken cancellationToken)
    {
        var prompts = new List<EvaluationPrompt>();
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            number++;
            try
            {
                prompts.Add(JsonSerializer.Deserialize<EvaluationPrompt>(line, Options) ?? throw new JsonException("null"));
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException(
                    $"{path}, line {number} is no evaluation prompt: {exception.Message} Write it anew with build.", exception);
            }
        }

        return prompts.Count > 0 ? prompts : throw new InvalidDataException($"{path} holds no prompts. Write it anew with build.");
    }
}
