using System.Text.Json;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Reads the keywords of schemas that hold together into <see cref="SchemaFacts"/>.</summary>
internal sealed class SchemaReader(JsonElement root)
{
    private const int MaxReferences = 100;
    private const int MaxItems = 2_000;
    private const decimal LargestNumber = 1e27m;

    /// <exception cref="UnsupportedSchemaException">A keyword is wrong or cannot be kept.</exception>
    public SchemaFacts Read(IEnumerable<SchemaItem> items)
    {
        var facts = new SchemaFacts();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            Add(item, facts, seen, [], 0);
        }

        return facts;
    }

    private void Add(SchemaItem item, SchemaFacts facts, HashSet<string> seen, HashSet<string> path, int depth)
    {
        if (!path.Add(item.Pointer))
        {
            throw new UnsupportedSchemaException(item.Pointer, "it refers to itself without saying anything; let the reference stand in a property, an item or an alternative");
        }

        if (depth > MaxReferences || facts.Items.Count > MaxItems)
        {
            throw new UnsupportedSchemaException(item.Pointer, $"more than {MaxReferences} references or allOf lead here one after the other");
        }

        if (seen.Add(item.Key))
        {
            facts.Items.Add(item);
            switch (item.Element.ValueKind)
            {
                case JsonValueKind.True:
                    break;
                case JsonValueKind.False:
                    facts.Types = JsonTypes.None;
                    break;
                case JsonValueKind.Object:
                    ReadKeywords(item, facts, inner => Add(inner, facts, seen, path, depth + 1));
                    break;
                default:
                    throw new UnsupportedSchemaException(item.Pointer, $"a schema is an object, true or false, not {Describe(item.Element)}");
            }
        }

        path.Remove(item.Pointer);
    }

    private void ReadKeywords(SchemaItem item, SchemaFacts facts, Action<SchemaItem> include)
    {
        foreach (var keyword in item.Element.EnumerateObject())
        {
            var at = item.At(keyword.Name, keyword.Value);
            switch (keyword.Name)
            {
                case "$ref":
                    if (!item.IsSettled)
                    {
                        include(SchemaReference.Resolve(root, at));
                    }

                    break;
                case "allOf":
                    if (!item.IsSettled)
                    {
                        Schemas(at).ForEach(include);
                    }

                    break;
                case "anyOf" or "oneOf":
                    if (!item.IsSettled)
                    {
                        facts.Choices.Add((at.Pointer, keyword.Name == "oneOf", Schemas(at)));
                    }

                    break;
                case "type":
                    facts.NamesType = true;
                    facts.Types &= Types(at);
                    break;
                case "enum":
                    facts.Restrict(at.Pointer, Items(at).ToList());
                    break;
                case "const":
                    facts.Restrict(at.Pointer, [keyword.Value]);
                    break;
                default:
                    if (!ReadString(keyword.Name, at, facts) && !ReadNumber(keyword.Name, at, facts)
                        && !ReadArray(item, keyword.Name, at, facts) && !ReadObject(item, keyword.Name, at, facts)
                        && !SchemaKeywords.IsAnnotation(keyword.Name))
                    {
                        throw new UnsupportedSchemaException(at.Pointer, SchemaKeywords.Refusal(keyword.Name));
                    }

                    break;
            }
        }
    }

    private static bool ReadString(string keyword, SchemaItem at, SchemaFacts facts)
    {
        switch (keyword)
        {
            case "minLength":
                facts.MinLength = Math.Max(facts.MinLength, Count(at));
                break;
            case "maxLength":
                facts.MaxLength = Math.Min(facts.MaxLength ?? int.MaxValue, Count(at));
                break;
            case "pattern":
                facts.Patterns.Add((at.Pointer, Text(at)));
                break;
            case "format":
                ReadFormat(at, facts);
                return true;
            default:
                return false;
        }

        facts.Hinted |= JsonTypes.String;
        return true;
    }

    private static void ReadFormat(SchemaItem at, SchemaFacts facts)
    {
        var name = Text(at);
        switch (name)
        {
            // OpenAPI's formats of numbers.
            case "float" or "double" or "decimal":
                facts.Hinted |= JsonTypes.Number;
                break;
            case "int32":
                facts.Hinted |= JsonTypes.Number;
                facts.Number = facts.Number.AtLeast(int.MinValue, false).AtMost(int.MaxValue, false);
                break;
            case "int64":
                facts.Hinted |= JsonTypes.Number;
                facts.Number = facts.Number.AtLeast(long.MinValue, false).AtMost(long.MaxValue, false);
                break;
            default:
                facts.Hinted |= JsonTypes.String;
                facts.Formats.Add((at.Pointer, name));
                break;
        }
    }

    private static bool ReadNumber(string keyword, SchemaItem at, SchemaFacts facts)
    {
        switch (keyword)
        {
            case "minimum" or "exclusiveMinimum":
                var least = Number(at);
                if (least > LargestNumber)
                {
                    throw new UnsupportedSchemaException(at.Pointer, $"numbers above {LargestNumber:E0} are not written");
                }

                facts.Number = least < -LargestNumber ? facts.Number : facts.Number.AtLeast(least, keyword == "exclusiveMinimum");
                break;
            case "maximum" or "exclusiveMaximum":
                var most = Number(at);
                if (most < -LargestNumber)
                {
                    throw new UnsupportedSchemaException(at.Pointer, $"numbers below {-LargestNumber:E0} are not written");
                }

                facts.Number = most > LargestNumber ? facts.Number : facts.Number.AtMost(most, keyword == "exclusiveMaximum");
                break;
            case "multipleOf":
                ReadMultiple(at, facts);
                break;
            default:
                return false;
        }

        facts.Hinted |= JsonTypes.Number;
        return true;
    }

    private static void ReadMultiple(SchemaItem at, SchemaFacts facts)
    {
        const int MaxDivisor = 1_000;
        const int MaxDecimals = 6;
        var multiple = Number(at);
        if (multiple > 0 && multiple <= MaxDivisor && multiple == decimal.Truncate(multiple))
        {
            facts.Number = facts.Number with { AllowsDecimals = false, MaxDecimals = 0, Divisors = multiple == 1 ? facts.Number.Divisors : [.. facts.Number.Divisors, (int)multiple] };
            return;
        }

        for (var (decimals, unit) = (1, 0.1m); decimals <= MaxDecimals; decimals++, unit /= 10)
        {
            if (multiple == unit)
            {
                facts.Number = facts.Number with { MaxDecimals = Math.Min(facts.Number.MaxDecimals ?? MaxDecimals, decimals) };
                return;
            }
        }

        throw new UnsupportedSchemaException(at.Pointer, $"it can be a whole number from 1 to {MaxDivisor}, or 0.1, 0.01 and so on to 6 decimals");
    }

    private static bool ReadArray(SchemaItem item, string keyword, SchemaItem at, SchemaFacts facts)
    {
        switch (keyword)
        {
            case "items" when at.Element.ValueKind == JsonValueKind.Array:
                throw new UnsupportedSchemaException(at.Pointer, "a list is draft 7's way; name the first items in prefixItems");
            case "prefixItems" or "items":
                // Both are read with the first of them.
                if (keyword == "prefixItems" || !item.Element.TryGetProperty("prefixItems", out _))
                {
                    facts.Arrays.Add(new ArrayShape(
                        item.Element.TryGetProperty("prefixItems", out var prefix) ? Schemas(item.At("prefixItems", prefix)) : [],
                        item.Element.TryGetProperty("items", out var rest) ? item.At("items", rest) : null));
                }

                break;
            case "minItems":
                facts.MinItems = Math.Max(facts.MinItems, Count(at));
                break;
            case "maxItems":
                facts.MaxItems = Math.Min(facts.MaxItems ?? int.MaxValue, Count(at));
                break;
            case "uniqueItems" when at.Element.ValueKind == JsonValueKind.False:
                break;
            default:
                return false;
        }

        facts.Hinted |= JsonTypes.Array;
        return true;
    }

    private static bool ReadObject(SchemaItem item, string keyword, SchemaItem at, SchemaFacts facts)
    {
        switch (keyword)
        {
            case "properties" or "additionalProperties":
                if (keyword == "properties" || !item.Element.TryGetProperty("properties", out _))
                {
                    facts.Objects.Add(Shape(item));
                }

                break;
            case "required":
                foreach (var name in Items(at).Select((name, index) => Text(new SchemaItem($"{at.Pointer}/{index}", name))))
                {
                    if (!facts.Required.Contains(name))
                    {
                        facts.Required.Add(name);
                    }
                }

                break;
            case "minProperties":
                facts.MinProperties = Math.Max(facts.MinProperties, Count(at));
                facts.PropertyCountPointer = at.Pointer;
                break;
            case "maxProperties":
                facts.MaxProperties = Math.Min(facts.MaxProperties ?? int.MaxValue, Count(at));
                facts.PropertyCountPointer = at.Pointer;
                break;
            case "unevaluatedProperties" when at.Element.ValueKind is JsonValueKind.False or JsonValueKind.True:
                facts.IsClosed |= at.Element.ValueKind == JsonValueKind.False;
                break;
            default:
                return false;
        }

        facts.Hinted |= JsonTypes.Object;
        return true;
    }

    private static ObjectShape Shape(SchemaItem item)
    {
        var names = new List<string>();
        var properties = new Dictionary<string, SchemaItem>(StringComparer.Ordinal);
        if (item.Element.TryGetProperty("properties", out var members))
        {
            if (members.ValueKind != JsonValueKind.Object)
            {
                throw new UnsupportedSchemaException($"{item.Pointer}/properties", $"it must be an object, not {Describe(members)}");
            }

            foreach (var member in members.EnumerateObject())
            {
                if (!properties.TryAdd(member.Name, item.At("properties", member.Name, member.Value)))
                {
                    throw new UnsupportedSchemaException(item.At("properties", member.Name, member.Value).Pointer, "it appears twice");
                }

                names.Add(member.Name);
            }
        }

        return new ObjectShape(
            names, properties, item.Element.TryGetProperty("additionalProperties", out var additional) ? item.At("additionalProperties", additional) : null);
    }

    private static JsonTypes Types(SchemaItem at) => at.Element.ValueKind == JsonValueKind.Array
        ? Items(at).Aggregate(JsonTypes.None, (types, type) => types | Type(at, type))
        : Type(at, at.Element);

    private static JsonTypes Type(SchemaItem at, JsonElement name) => (name.ValueKind == JsonValueKind.String ? name.GetString() : null) switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        _ => throw new UnsupportedSchemaException(
            at.Pointer, $"{Describe(name)} is no type; the types are null, boolean, integer, number, string, array and object"),
    };

    private static List<SchemaItem> Schemas(SchemaItem at)
    {
        var schemas = Items(at).Select((element, index) => new SchemaItem($"{at.Pointer}/{index}", element)).ToList();
        return schemas.Count > 0 ? schemas : throw new UnsupportedSchemaException(at.Pointer, "it is empty");
    }

    private static JsonElement.ArrayEnumerator Items(SchemaItem at) => at.Element.ValueKind == JsonValueKind.Array
        ? at.Element.EnumerateArray()
        : throw new UnsupportedSchemaException(at.Pointer, $"it must be a list, not {Describe(at.Element)}");

    private static string Text(SchemaItem at) => at.Element.ValueKind == JsonValueKind.String
        ? at.Element.GetString()!
        : throw new UnsupportedSchemaException(at.Pointer, $"it must be a string, not {Describe(at.Element)}");

    private static int Count(SchemaItem at)
    {
        var number = Number(at);
        return number >= 0 && number == decimal.Truncate(number)
            ? (int)Math.Min(number, int.MaxValue - 1)
            : throw new UnsupportedSchemaException(at.Pointer, "it must be a whole number from 0 on");
    }

    /// <summary>A number; one beyond a decimal's range is brought to its ends, which is beyond all that is written.</summary>
    private static decimal Number(SchemaItem at)
    {
        if (at.Element.ValueKind != JsonValueKind.Number)
        {
            throw new UnsupportedSchemaException(at.Pointer, $"it must be a number, not {Describe(at.Element)}");
        }

        return at.Element.TryGetDecimal(out var number) ? number : at.Element.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue;
    }

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };
}
