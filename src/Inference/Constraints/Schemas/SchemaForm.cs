using System.Globalization;
using System.Text.Json;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Whether a text is a JSON schema at all, whoever is to keep it.</summary>
/// <remarks>
/// What the keywords of JSON Schema 2020-12 must look like ("Core" and "Validation"); those of others are left alone, and so is what generators are
/// known to write beside the rules: empty lists, null for what is not set, notes among definitions. References are looked up, not followed.
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
            CheckSchema(schema, new Place(null, "", schema));
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            // What System.Text.Json throws for an escape that is half a surrogate pair.
            throw new UnsupportedSchemaException("", "it holds text that is not valid Unicode");
        }
    }

    private static void CheckSchema(JsonElement? root, Place item)
    {
        if (item.Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        Demand(item, JsonValueKind.Object, "an object, true or false");
        // References inside a schema with an id of its own are relative to it, and are not looked up.
        var within = item.Parent is not null && item.Element.TryGetProperty("$id", out _) ? null : root;
        foreach (var keyword in item.Element.EnumerateObject())
        {
            // Programs that write every member write null for those that are not set.
            if (keyword.Value.ValueKind != JsonValueKind.Null)
            {
                CheckKeyword(within, keyword.Name, item.At(keyword.Name, keyword.Value));
            }
        }
    }

    private static void CheckKeyword(JsonElement? root, string keyword, Place at)
    {
        switch (keyword)
        {
            case "properties" or "patternProperties" or "$defs" or "definitions" or "dependentSchemas":
                Demand(at, JsonValueKind.Object, "an object");
                foreach (var member in at.Element.EnumerateObject())
                {
                    // Among definitions generators leave notes.
                    if (keyword is not ("$defs" or "definitions") || member.Value.ValueKind == JsonValueKind.Object)
                    {
                        CheckSchema(root, at.At(member.Name, member.Value));
                    }
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
                Demand(at, JsonValueKind.Array, "a list");
                CheckSchemas(root, at);
                break;
            case "type":
                CheckType(at);
                break;
            case "enum":
                Demand(at, JsonValueKind.Array, "a list");
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
                if (root is { } whole && at.Element.GetString() is { } target && (target == "#" || target.StartsWith("#/", StringComparison.Ordinal))
                    && !SchemaReference.Exists(whole, target))
                {
                    throw new UnsupportedSchemaException(at.Pointer, $"'{SchemaReference.Shorten(target)}' points to nothing in this schema");
                }

                break;
        }
    }

    private static void CheckSchemas(JsonElement? root, Place list)
    {
        foreach (var entry in Entries(list))
        {
            CheckSchema(root, entry);
        }
    }

    private static void CheckType(Place at)
    {
        foreach (var name in at.Element.ValueKind == JsonValueKind.Array ? Entries(at) : [at])
        {
            if (name.Element.ValueKind != JsonValueKind.String || !Types.Contains(name.Element.GetString()))
            {
                throw new UnsupportedSchemaException(at.Pointer, $"a type is one of {string.Join(", ", Types)}, or a list of them");
            }
        }
    }

    private static IEnumerable<Place> Entries(Place list) =>
        list.Element.EnumerateArray().Select((entry, index) => list.At(index.ToString(CultureInfo.InvariantCulture), entry));

    private static void Demand(Place at, JsonValueKind kind, string what)
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

    /// <summary>A value in the schema. Its pointer is put together only where it is told: names may be long, and many.</summary>
    private sealed record Place(Place? Parent, string Name, JsonElement Element)
    {
        public string Pointer => Parent is null
            ? ""
            : $"{Parent.Pointer}/{Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

        public Place At(string name, JsonElement element) => new(this, name, element);
    }
}
