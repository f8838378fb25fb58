using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reads the tools of a request, and which of them the model is to call.</summary>
internal static class ToolReader
{
    private static readonly string[] Forerunners = ["functions", "function_call"];

    /// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c> into options.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="options">The options so far.</param>
    /// <param name="nested">Whether a function is described inside a member <c>function</c>, as chats do, or beside its type, as responses do.</param>
    public static PromptOptions Read(RequestFields fields, PromptOptions options, bool nested)
    {
        if (nested && Forerunners.FirstOrDefault(name => fields.Find(name) is not null) is { } old)
        {
            throw RequestRefusedException.Unsupported(old, $"{old} is no longer supported; use tools and tool_choice.");
        }

        var tools = fields.Array("tools", Limits.Tools)?.Select(item => ReadTool(RequestFields.ObjectOf(item.Value, item.Path), nested)).ToList();
        var parallel = fields.Truth("parallel_tool_calls");
        var (choice, name) = fields.Find("tool_choice") is { } value ? ReadChoice(value, fields.PathOf("tool_choice"), nested) : (null, null);
        if (tools is null or { Count: 0 })
        {
            return choice is "required" or "function"
                ? throw RequestRefusedException.Field("tool_choice", "tool_choice needs tools.")
                : options;
        }

        if (name is not null && tools.All(tool => tool.Name != name))
        {
            throw RequestRefusedException.Field("tool_choice", "tool_choice names a function that is not among the tools.");
        }

        return options with { Tools = tools, ToolChoice = choice, ToolName = name, ParallelToolCalls = parallel };
    }

    private static PromptTool ReadTool(RequestFields fields, bool nested)
    {
        if (fields.RequiredText("type") != "function")
        {
            throw RequestRefusedException.Unsupported(fields.PathOf("type"), $"{fields.PathOf("type")} must be function: other tools are not supported.");
        }

        var function = nested ? fields.RequiredObject("function") : fields;
        var parameters = function.Find("parameters") is { } schema
            ? (JsonElement?)RequestFields.Kept(
                schema.ValueKind == JsonValueKind.Object ? schema : throw RequestFields.WrongType(function.PathOf("parameters"), "an object", schema),
                function.PathOf("parameters"))
            : null;
        return new PromptTool(function.RequiredText("name"), function.Text("description"), parameters, function.Truth("strict"));
    }

    private static (string? Choice, string? Name) ReadChoice(JsonElement value, string path, bool nested)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            var choice = RequestFields.TextOf(value, path);
            return choice is "auto" or "none" or "required"
                ? (choice, null)
                : throw RequestRefusedException.Field(path, $"{path} must be auto, none, required or a function.");
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RequestFields.WrongType(path, "a string or an object", value);
        }

        var fields = new RequestFields(value, path);
        return fields.RequiredText("type") == "function"
            ? ("function", (nested ? fields.RequiredObject("function") : fields).RequiredText("name"))
            : throw RequestRefusedException.Unsupported(fields.PathOf("type"), $"{fields.PathOf("type")} must be function.");
    }
}
