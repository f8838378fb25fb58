using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reads the body of <c>POST /v1/completions</c>.</summary>
internal static class CompletionReader
{
    /// <summary>OpenAI's limit of this older endpoint.</summary>
    private const int MostLogProbs = 5;

    /// <exception cref="RequestRefusedException">A field is wrong.</exception>
    public static AskedAnswer Read(RequestFields fields)
    {
        var model = fields.RequiredText("model");
        var prompt = Prompt(fields);
        if (fields.Text("suffix") is { Length: > 0 })
        {
            throw RequestRefusedException.Unsupported("suffix", "suffix is not supported: the models of this device cannot fill in the middle.");
        }

        if (fields.Truth("echo") == true)
        {
            throw RequestRefusedException.Unsupported("echo", "echo is not supported; the prompt is the caller's own.");
        }

        if (fields.Integer("best_of", 1, int.MaxValue) is > 1)
        {
            throw RequestRefusedException.Unsupported("best_of", "best_of must be 1: this device gives one answer to a request.");
        }

        var options = OptionReader.Read(fields, fields.Integer("max_tokens", 1, int.MaxValue)) with
        {
            TopLogProbs = fields.Integer("logprobs", 0, MostLogProbs),
        };
        var stream = fields.Truth("stream") == true;
        return new AskedAnswer(model, [new PromptMessage(MessageRole.User, prompt)], options, stream, ChatReader.IncludesUsage(fields, stream));
    }

    private static string Prompt(RequestFields fields)
    {
        var prompt = fields.Find("prompt") ?? throw fields.Missing("prompt");
        switch (prompt.ValueKind)
        {
            case JsonValueKind.String:
                return NotEmpty(RequestFields.TextOf(prompt, "prompt"));
            case JsonValueKind.Array when prompt.GetArrayLength() == 1 && prompt[0].ValueKind == JsonValueKind.String:
                return NotEmpty(RequestFields.TextOf(prompt[0], "prompt[0]"));
            case JsonValueKind.Array when prompt.GetArrayLength() > 0 && prompt[0].ValueKind is JsonValueKind.Number or JsonValueKind.Array:
                throw RequestRefusedException.Unsupported("prompt", "prompt must be text: token numbers of other models mean nothing here.");
            case JsonValueKind.Array when prompt.GetArrayLength() > 1 && prompt[0].ValueKind == JsonValueKind.String:
                throw RequestRefusedException.Unsupported("prompt", "prompt must be one text: this device answers one prompt a request.");
            default:
                throw RequestFields.WrongType("prompt", "a string", prompt);
        }
    }

    private static string NotEmpty(string prompt) =>
        prompt.Length > 0 ? prompt : throw RequestRefusedException.Field("prompt", "prompt is empty.");
}
