using System.Collections.Frozen;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Keywords that say nothing of a value, and those that are refused.</summary>
internal static class SchemaKeywords
{
    private const string Later = "it cannot be promised while an answer is being written; leave it out and check the answer, or say the same with properties, anyOf, enum or const";

    private static readonly FrozenSet<string> Annotations = new[]
    {
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment", "$schema", "$id", "$anchor",
        "$vocabulary", "$defs", "definitions", "contentMediaType", "contentEncoding", "contentSchema", "discriminator", "externalDocs", "xml",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Known = new[]
    {
        "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies", "patternProperties", "propertyNames", "contains",
        "minContains", "maxContains", "uniqueItems", "unevaluatedItems", "unevaluatedProperties", "additionalItems",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a keyword asks nothing of an answer.</summary>
    public static bool IsAnnotation(string keyword) => Annotations.Contains(keyword) || keyword.StartsWith("x-", StringComparison.Ordinal);

    /// <summary>Why a keyword is refused.</summary>
    public static string Refusal(string keyword) => keyword switch
    {
        "nullable" => "this is OpenAPI 3.0's way; add \"null\" to the types",
        "$dynamicRef" or "$recursiveRef" or "$dynamicAnchor" or "$recursiveAnchor" => "dynamic references are not followed; use $ref",
        _ when Known.Contains(keyword) => Later,
        _ => "the keyword is not known; correct or remove it",
    };
}
