using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reads the body of <c>POST /v1/responses</c>.</summary>
internal static class ResponseReader
{
    private const string LogProbsInclude = "message.output_text.logprobs";
    private const int MostIncludes = 32;

    /// <exception cref="RequestRefusedException">A field is wrong.</exception>
    public static AskedResponse Read(RequestFields fields)
    {
        var model = fields.RequiredText("model");
        var input = ReadInput(fields);
        RefuseUnsupported(fields);
        var options = OptionReader.Read(fields, fields.Integer("max_output_tokens", 1, int.MaxValue)) with { TopLogProbs = LogProbs(fields) };
        options = FormatReader.Read(fields.Object("text")?.Object("format"), options, nested: false);
        options = ToolReader.Read(fields, options, nested: false);
        var stream = fields.Truth("stream") == true;
        return new AskedResponse(
            new AskedAnswer(model, input, options, stream, IncludeUsage: true),
            fields.Text("instructions"),
            fields.Text("previous_response_id") is not { } previous ? null
                : ResponseId.TryRead(previous, out var id) ? id
                : throw NoSuchResponse("previous_response_id"),
            fields.Truth("store") ?? true);
    }

    /// <summary>There is no response of that id, or none this caller may see.</summary>
    public static RequestRefusedException NoSuchResponse(string? param) => RequestRefusedException.Of(
        param is null ? 404 : 400, "There is no such response here; responses are kept as long as their prompts, and not with store: false.",
        param is null ? "not_found" : "previous_response_not_found", param);

    private static List<PromptMessage> ReadInput(RequestFields fields)
    {
        var input = fields.Find("input") ?? throw fields.Missing("input");
        if (input.ValueKind == JsonValueKind.String)
        {
            return [new PromptMessage(MessageRole.User, RequestFields.TextOf(input, "input"))];
        }

        if (input.ValueKind != JsonValueKind.Array)
        {
            throw RequestFields.WrongType("input", "a string or an array", input);
        }

        var messages = new List<PromptMessage>();
        foreach (var (value, path) in RequestFields.ArrayOf(input, "input", Limits.Messages))
        {
            Add(messages, RequestFields.ObjectOf(value, path));
        }

        return messages.Count > 0 ? messages : throw RequestRefusedException.Field("input", "input is empty.", "empty_array");
    }

    private static void Add(List<PromptMessage> messages, RequestFields item)
    {
        switch (item.Text("type") ?? "message")
        {
            case "message":
                var role = MessageReader.RoleOf(item.RequiredText("role"), item.PathOf("role"));
                if (role == MessageRole.Tool)
                {
                    throw RequestRefusedException.Field(item.PathOf("role"), "The result of a tool is an item of type function_call_output.");
                }

                var content = item.Find("content") ?? throw item.Missing("content");
                messages.Add(new PromptMessage(role, MessageReader.TextOf(content, item.PathOf("content"), "input_text", "output_text", "text", "refusal")));
                break;
            case "function_call":
                var call = new PromptToolCall(item.RequiredText("call_id"), item.RequiredText("name"), item.Text("arguments") ?? "");
                // Calls that stand together were made together.
                if (messages is [.., { Role: MessageRole.Assistant, ToolCalls: { } calls } last])
                {
                    messages[^1] = last with { ToolCalls = [.. calls, call] };
                }
                else
                {
                    messages.Add(new PromptMessage(MessageRole.Assistant, "", ToolCalls: [call]));
                }

                break;
            case "function_call_output":
                var output = item.Find("output") ?? throw item.Missing("output");
                messages.Add(new PromptMessage(
                    MessageRole.Tool, MessageReader.TextOf(output, item.PathOf("output"), "input_text", "output_text", "text"),
                    ToolCallId: item.RequiredText("call_id")));
                break;
            case "reasoning":
                // What a model thought is nothing another model can read; clients send back all they got.
                break;
            default:
                throw RequestRefusedException.Unsupported(
                    item.PathOf("type"), "Only items of type message, function_call, function_call_output and reasoning are supported.");
        }
    }

    private static void RefuseUnsupported(RequestFields fields)
    {
        if (fields.Truth("background") == true)
        {
            throw RequestRefusedException.Unsupported(
                "background", "background is not supported; POST /hybrid/prompts takes prompts that nobody waits for.");
        }

        foreach (var name in (ReadOnlySpan<string>)["conversation", "prompt"])
        {
            if (fields.Find(name) is not null)
            {
                throw RequestRefusedException.Unsupported(name, $"{name} is not supported; use input, instructions and previous_response_id.");
            }
        }

        if (fields.Text("truncation") is { } truncation and not ("disabled" or "auto"))
        {
            throw RequestRefusedException.Field("truncation", $"truncation must be disabled; nothing else is supported, and '{(truncation.Length < 20 ? truncation : "it")}' is unknown.");
        }
    }

    private static int? LogProbs(RequestFields fields)
    {
        var asked = false;
        foreach (var (value, path) in fields.Array("include", MostIncludes) ?? [])
        {
            asked |= RequestFields.TextOf(value, path) == LogProbsInclude;
        }

        return fields.Integer("top_logprobs", 0, Limits.TopLogProbs) is { } top and > 0 ? top : asked ? 0 : null;
    }
}
