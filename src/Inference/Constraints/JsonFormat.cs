using System.Text.Json;
using Hybrid.Inference.Constraints.Grammars;
using Hybrid.Inference.Constraints.Schemas;

namespace Hybrid.Inference.Constraints;

/// <summary>The form that an answer is held to: JSON, of any kind or after a schema.</summary>
/// <remarks>Immutable and thread safe. Compiling a schema takes milliseconds; keep the format where one schema is used often.</remarks>
public sealed class JsonFormat
{
    private static readonly Lazy<JsonFormat> Object = new(() => new JsonFormat(SchemaCompiler.AnyObject(), null));

    private JsonFormat(Grammar grammar, string? schemaText)
    {
        Grammar = grammar;
        SchemaText = schemaText;
    }

    /// <summary>Any JSON object.</summary>
    public static JsonFormat AnyObject => Object.Value;

    internal Grammar Grammar { get; }

    /// <summary>The schema's text; null for any object.</summary>
    internal string? SchemaText { get; }

    /// <summary>
    /// Looks whether it is a JSON schema at all (draft 2020-12), whichever model is to keep it. A schema that passes may still ask for more than
    /// <see cref="FromSchema"/> can promise.
    /// </summary>
    /// <exception cref="UnsupportedSchemaException">It is none; the message names the place.</exception>
    public static void CheckSchema(JsonElement schema) => SchemaForm.Check(schema);

    /// <summary>The form of a JSON schema (draft 2020-12, as far as an answer can be held to it while it is written).</summary>
    /// <param name="schema">The schema, of up to 256 KiB of text.</param>
    /// <param name="cancellationToken">Stops compiling.</param>
    /// <exception cref="UnsupportedSchemaException">It is wrong, too large, or asks for what cannot be promised.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static JsonFormat FromSchema(JsonElement schema, CancellationToken cancellationToken) =>
        new(SchemaCompiler.Compile(schema, cancellationToken), schema.GetRawText());
}
