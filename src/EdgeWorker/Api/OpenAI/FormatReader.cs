using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reads what form an answer must have.</summary>
internal static class FormatReader
{
    /// <summary>Reads a format into options.</summary>
    /// <param name="format">The format; null for text.</param>
    /// <param name="options">The options so far.</param>
    /// <param name="nested">Whether the schema is described inside a member <c>json_schema</c>, as chats do, or beside the type, as responses do.</param>
    public static PromptOptions Read(RequestFields? format, PromptOptions options, bool nested)
    {
        if (format is not { } fields)
        {
            return options;
        }

        return fields.RequiredText("type") switch
        {
            "text" => options,
            "json_object" => options with { Json = true },
            "json_schema" => options with { Json = true, Schema = ReadSchema(nested ? fields.RequiredObject("json_schema") : fields) },
            _ => throw RequestRefusedException.Unsupported(fields.PathOf("type"), $"{fields.PathOf("type")} must be text, json_object or json_schema."),
        };
    }

    private static AnswerSchema ReadSchema(RequestFields fields)
    {
        var schema = fields.Find("schema") ?? throw fields.Missing("schema");
        return new AnswerSchema(
            fields.RequiredText("name"),
            RequestFields.Kept(
                schema.ValueKind == JsonValueKind.Object ? schema : throw RequestFields.WrongType(fields.PathOf("schema"), "an object", schema),
                fields.PathOf("schema")),
            fields.Text("description"),
            fields.Truth("strict"));
    }
}
