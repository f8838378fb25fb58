using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reads the body of <c>POST /v1/chat/completions</c>.</summary>
internal static class ChatReader
{
    /// <exception cref="RequestRefusedException">A field is wrong.</exception>
    public static AskedAnswer Read(RequestFields fields)
    {
        var model = fields.RequiredText("model");
        var messages = MessageReader.Read(fields);
        if (fields.Find("modalities") is { } modalities
            && RequestFields.ArrayOf(modalities, "modalities", 8).Any(item => RequestFields.TextOf(item.Value, item.Path) != "text"))
        {
            throw RequestRefusedException.Unsupported("modalities", "modalities must be [\"text\"]: the models of this device write text only.");
        }

        // The newer name wins where both are given, as it does at OpenAI.
        var maxTokens = fields.Integer("max_completion_tokens", 1, int.MaxValue) ?? fields.Integer("max_tokens", 1, int.MaxValue);
        var options = OptionReader.Read(fields, maxTokens) with { TopLogProbs = LogProbs(fields) };
        options = FormatReader.Read(fields.Object("response_format"), options, nested: true);
        options = ToolReader.Read(fields, options, nested: true);
        var stream = fields.Truth("stream") == true;
        return new AskedAnswer(model, messages, options, stream, IncludesUsage(fields, stream));
    }

    public static bool IncludesUsage(RequestFields fields, bool stream) => fields.Object("stream_options") is { } options
        && (stream
            ? options.Truth("include_usage") == true
            : throw RequestRefusedException.Field("stream_options", "stream_options needs stream: true."));

    private static int? LogProbs(RequestFields fields)
    {
        var top = fields.Integer("top_logprobs", 0, Limits.TopLogProbs);
        return fields.Truth("logprobs") == true ? top ?? 0
            : top is null ? null
            : throw RequestRefusedException.Field("top_logprobs", "top_logprobs needs logprobs: true.");
    }
}
