using System.Text;
using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reads the messages of a chat.</summary>
internal static class MessageReader
{
    private const int MostParts = 1024;

    /// <summary>The field <c>messages</c>.</summary>
    public static List<PromptMessage> Read(RequestFields fields)
    {
        var items = fields.Array("messages", Limits.Messages) ?? throw fields.Missing("messages");
        return items.Count > 0
            ? [.. items.Select(item => ReadMessage(RequestFields.ObjectOf(item.Value, item.Path)))]
            : throw RequestRefusedException.Field("messages", "messages is empty; it must hold at least one message.", "empty_array");
    }

    /// <summary>The role a text names, in the place where it stands.</summary>
    public static MessageRole RoleOf(string name, string path) => name switch
    {
        "system" or "developer" => MessageRole.System,
        "user" => MessageRole.User,
        "assistant" => MessageRole.Assistant,
        "tool" => MessageRole.Tool,
        _ => throw RequestRefusedException.Field(path, $"{path} must be system, developer, user, assistant or tool."),
    };

    /// <summary>A content that is a text, or parts that are texts; the texts of parts are put together.</summary>
    /// <param name="content">The content.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="textTypes">What parts of text are called here.</param>
    public static string TextOf(JsonElement content, string path, params ReadOnlySpan<string> textTypes)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return RequestFields.TextOf(content, path);
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw RequestFields.WrongType(path, "a string or an array of parts", content);
        }

        var text = new StringBuilder();
        foreach (var (value, place) in RequestFields.ArrayOf(content, path, MostParts))
        {
            var part = RequestFields.ObjectOf(value, place);
            var type = part.RequiredText("type");
            if (!textTypes.Contains(type))
            {
                throw RequestRefusedException.Unsupported(
                    part.PathOf("type"),
                    type is "image_url" or "input_image"
                        ? "Images are not supported: the models of this device read text only."
                        : $"Only parts of type {textTypes[0]} are supported: the models of this device read text only.");
            }

            text.Append(part.Text(type == "refusal" ? "refusal" : "text") ?? throw part.Missing("text"));
        }

        return text.ToString();
    }

    private static PromptMessage ReadMessage(RequestFields fields)
    {
        var role = RoleOf(fields.RequiredText("role"), fields.PathOf("role"));
        var calls = role == MessageRole.Assistant ? ReadCalls(fields) : null;
        var content = fields.Find("content") is { } value
            ? TextOf(value, fields.PathOf("content"), role == MessageRole.Assistant ? ["text", "refusal"] : ["text"])
            : role == MessageRole.Assistant ? fields.Text("refusal") ?? (calls is null ? throw fields.Missing("content") : "") : throw fields.Missing("content");
        return new PromptMessage(role, content, fields.Text("name"), calls, role == MessageRole.Tool ? fields.RequiredText("tool_call_id") : null);
    }

    private static List<PromptToolCall>? ReadCalls(RequestFields fields)
    {
        if (fields.Array("tool_calls", Limits.ToolCalls) is not { Count: > 0 } items)
        {
            return null;
        }

        var calls = new List<PromptToolCall>();
        foreach (var (value, path) in items)
        {
            var call = RequestFields.ObjectOf(value, path);
            if (call.Text("type") is { } type and not "function")
            {
                throw RequestRefusedException.Unsupported(call.PathOf("type"), $"{call.PathOf("type")} must be function.");
            }

            var function = call.RequiredObject("function");
            calls.Add(new PromptToolCall(call.RequiredText("id"), function.RequiredText("name"), function.Text("arguments") ?? ""));
        }

        return calls;
    }
}
