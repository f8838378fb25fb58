using System.Text.Json;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Whether a text is a JSON schema at all, whoever is to keep it.</summary>
/// <remarks>
/// What the keywords of JSON Schema 2020-12 must look like ("Core" and "Validation"); those of others are left alone. References are looked up,
/// not followed, so the work is that of reading the schema once.
/// </remarks>
internal static class SchemaForm
{
    private static readonly string[] Types = ["null", "boolean", "integer", "number", "string", "array", "object"];

    /// <summary>Throws at the first fault.</summary>
    /// <exception cref="UnsupportedSchemaException">It is no schema; the message names the place.</exception>
    public static void Check(JsonElement schema)
    {
        try
        {
            CheckSchema(schema, new SchemaItem("", schema));
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            // What System.Text.Json throws for an escape that is half a surrogate pair.
            throw new UnsupportedSchemaException("", "it holds text that is not valid Unicode");
        }
    }

    private static void CheckSchema(JsonElement root, SchemaItem item)
    {
        if (item.Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        Demand(item, JsonValueKind.Object, "an object, true or false");
        foreach (var keyword in item.Element.EnumerateObject())
        {
            CheckKeyword(root, keyword.Name, item.At(keyword.Name, keyword.Value));
        }
    }

    private static void CheckKeyword(JsonElement root, string keyword, SchemaItem at)
    {
        switch (keyword)
        {
            case "properties" or "patternProperties" or "$defs" or "definitions" or "dependentSchemas":
                Demand(at, JsonValueKind.Object, "an object");
                foreach (var member in at.Element.EnumerateObject())
                {
                    CheckSchema(root, at.At(member.Name, member.Value));
                }

                break;
            case "items" when at.Element.ValueKind == JsonValueKind.Array:
                CheckSchemas(root, at);
                break;
            case "items" or "additionalProperties" or "not" or "if" or "then" or "else" or "contains" or "propertyNames" or "unevaluatedItems"
                or "unevaluatedProperties":
                CheckSchema(root, at);
                break;
            case "allOf" or "anyOf" or "oneOf" or "prefixItems":
                DemandFilledList(at);
                CheckSchemas(root, at);
                break;
            case "type":
                CheckType(at);
                break;
            case "enum":
                DemandFilledList(at);
                break;
            case "required":
                Demand(at, JsonValueKind.Array, "a list");
                foreach (var entry in Entries(at))
                {
                    Demand(entry, JsonValueKind.String, "a string");
                }

                break;
            case "pattern" or "format" or "$id" or "$anchor":
                Demand(at, JsonValueKind.String, "a string");
                break;
            case "minimum" or "maximum" or "multipleOf":
                Demand(at, JsonValueKind.Number, "a number");
                break;
            case "minLength" or "maxLength" or "minItems" or "maxItems" or "minProperties" or "maxProperties" or "minContains" or "maxContains":
                Demand(at, JsonValueKind.Number, "a number");
                if (at.Element.GetDouble() is var count && (count < 0 || count != Math.Floor(count)))
                {
                    throw new UnsupportedSchemaException(at.Pointer, "it must be a whole number from 0 on");
                }

                break;
            case "$ref":
                Demand(at, JsonValueKind.String, "a string");
                if (at.Element.GetString() is { } target && (target == "#" || target.StartsWith("#/", StringComparison.Ordinal)))
                {
                    SchemaReference.Resolve(root, at);
                }

                break;
        }
    }

    private static void CheckSchemas(JsonElement root, SchemaItem list)
    {
        foreach (var entry in Entries(list))
        {
            CheckSchema(root, entry);
        }
    }

    private static void CheckType(SchemaItem at)
    {
        if (at.Element.ValueKind == JsonValueKind.Array)
        {
            DemandFilledList(at);
        }

        foreach (var name in at.Element.ValueKind == JsonValueKind.Array ? Entries(at) : [at])
        {
            if (name.Element.ValueKind != JsonValueKind.String || !Types.Contains(name.Element.GetString()))
            {
                throw new UnsupportedSchemaException(at.Pointer, $"a type is one of {string.Join(", ", Types)}, or a list of them");
            }
        }
    }

    private static IEnumerable<SchemaItem> Entries(SchemaItem list) =>
        list.Element.EnumerateArray().Select((entry, index) => new SchemaItem($"{list.Pointer}/{index}", entry));

    private static void DemandFilledList(SchemaItem at)
    {
        Demand(at, JsonValueKind.Array, "a list");
        if (at.Element.GetArrayLength() == 0)
        {
            throw new UnsupportedSchemaException(at.Pointer, "it is empty");
        }
    }

    private static void Demand(SchemaItem at, JsonValueKind kind, string what)
    {
        if (at.Element.ValueKind != kind)
        {
            throw new UnsupportedSchemaException(at.Pointer, $"it must be {what}, not {at.Element.ValueKind switch
            {
                JsonValueKind.Null => "null",
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Number => "a number",
                JsonValueKind.String => "a string",
                JsonValueKind.Array => "a list",
                _ => "an object",
            }}");
        }
    }
}
