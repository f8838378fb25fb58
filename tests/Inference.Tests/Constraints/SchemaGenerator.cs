using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hybrid.Inference.Tests.Constraints;

/// <summary>Makes random schemas that some value satisfies, from every keyword that is kept.</summary>
internal sealed class SchemaGenerator(int seed)
{
    private static readonly string[] Names =
        ["id", "name", "a", "ab", "value", "größe", "日本", "with \"quotes\"", "back\\slash", "new\nline", "x/y~z", "", "😀", "items", "kind"];

    private static readonly string[] Patterns =
    [
        "^[a-z]+$", "^[A-Z]{2}-[0-9]{3,5}$", "abc", "^(foo|bar)(-(foo|bar))*$", "[0-9]$", "^x?y*z+$", "^\\d{4}\\.\\d{2}$", "^[^,;]{1,10}$",
        "^\\w+@\\w+$", "^.{3}$", "^a|b$", "^(?:[äöü]|ß){2,4}$", "^\\S+\\s\\S+$", "^[\\\\\"/]+$", "^\\u0041[\\x42-\\x44]*$",
    ];

    private static readonly string[] Formats =
        ["date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "hostname", "uri", "duration", "byte"];

    private readonly Random _random = new(seed);
    private readonly JsonObject _definitions = new() { ["tree"] = Tree() };

    public JsonElement Next()
    {
        var schema = _random.Next(4) > 0 ? Object(3) : Any(3);
        schema["$defs"] = _definitions.DeepClone();
        return JsonElement.Parse(schema.ToJsonString());
    }

    private JsonObject Any(int depth) => _random.Next(depth > 0 ? 13 : 7) switch
    {
        0 => new JsonObject { ["type"] = "boolean" },
        1 => Number(),
        2 or 3 => Text(),
        4 => new JsonObject { ["type"] = "null", ["title"] = "nothing" },
        5 => Values(),
        6 => new JsonObject { ["type"] = new JsonArray("string", "null"), ["maxLength"] = 5 },
        7 or 8 => Object(depth - 1),
        9 => Array(depth - 1),
        10 => new JsonObject { ["anyOf"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => (JsonNode)Any(depth - 1))]) },
        11 => Exclusive(depth - 1),
        _ => new JsonObject { ["$ref"] = "#/$defs/tree" },
    };

    private JsonObject Object(int depth)
    {
        var properties = new JsonObject();
        foreach (var name in Some(Names, _random.Next(6)))
        {
            properties[name] = Any(depth);
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (_random.Next(3) > 0)
        {
            schema["required"] = new JsonArray([.. properties.Select(property => property.Key).Where(_ => _random.Next(3) > 0).Select(name => (JsonNode)name)]);
        }

        switch (_random.Next(4))
        {
            case 0:
                schema["additionalProperties"] = false;
                break;
            case 1:
                schema["additionalProperties"] = Any(0);
                if (_random.Next(2) == 0)
                {
                    schema["minProperties"] = _random.Next(properties.Count + 2);
                    schema["maxProperties"] = properties.Count + _random.Next(3) + 1;
                }

                break;
            case 2:
                schema["allOf"] = new JsonArray(new JsonObject { ["properties"] = new JsonObject { ["extra"] = Any(0) }, ["required"] = new JsonArray("extra") });
                break;
            default:
                break;
        }

        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array" };
        var least = _random.Next(3);
        if (_random.Next(3) == 0)
        {
            schema["prefixItems"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => (JsonNode)Any(depth))]);
        }

        if (_random.Next(4) > 0)
        {
            schema["items"] = Any(depth);
        }

        schema["minItems"] = least;
        if (_random.Next(2) == 0)
        {
            schema["maxItems"] = least + _random.Next(3);
        }

        return schema;
    }

    private JsonObject Text() => _random.Next(4) switch
    {
        0 => new JsonObject { ["type"] = "string" },
        1 => new JsonObject { ["type"] = "string", ["minLength"] = _random.Next(5), ["maxLength"] = 4 + _random.Next(8) },
        2 => new JsonObject { ["type"] = "string", ["pattern"] = Patterns[_random.Next(Patterns.Length)] },
        _ => new JsonObject { ["type"] = "string", ["format"] = Formats[_random.Next(Formats.Length)] },
    };

    private JsonObject Number()
    {
        var schema = new JsonObject { ["type"] = _random.Next(2) == 0 ? "integer" : "number" };
        var least = Math.Round(((decimal)_random.NextDouble() - 0.5m) * (decimal)Math.Pow(10, _random.Next(1, 7)), _random.Next(4));
        var most = least + 1 + Math.Round((decimal)_random.NextDouble() * 1_000, _random.Next(4));
        if (_random.Next(2) == 0)
        {
            schema[_random.Next(2) == 0 ? "minimum" : "exclusiveMinimum"] = Literal(least);
        }

        if (_random.Next(2) == 0)
        {
            // A whole number lies strictly between, whatever is excluded.
            schema[_random.Next(2) == 0 ? "maximum" : "exclusiveMaximum"] = Literal(most + 1);
        }

        if (schema.Count == 1 && _random.Next(2) == 0)
        {
            schema["multipleOf"] = _random.Next(2) == 0 ? JsonValue.Create(_random.Next(1, 20)) : JsonNode.Parse("0.01");
        }

        return schema;
    }

    private JsonObject Values()
    {
        JsonNode?[] values = [1, -2.5, "one", "größe 😀 \"q\" \\ \n", true, null, new JsonArray(1, "two"), new JsonObject { ["a"] = new JsonArray() }];
        var chosen = Some(values, _random.Next(1, 5)).Select(value => value?.DeepClone()).ToArray();
        return _random.Next(3) == 0 ? new JsonObject { ["const"] = chosen[0] } : new JsonObject { ["enum"] = new JsonArray(chosen) };
    }

    private JsonObject Exclusive(int depth) => new()
    {
        ["oneOf"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 4)).Select(number => (JsonNode)new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = $"k{number}" }, ["value"] = Any(depth) },
            ["required"] = new JsonArray("kind"),
            ["additionalProperties"] = false,
        })]),
    };

    private IEnumerable<T> Some<T>(T[] all, int count)
    {
        var copy = all.ToArray();
        _random.Shuffle(copy);
        return copy.Take(count);
    }

    private static JsonNode Literal(decimal value) => JsonNode.Parse(value.ToString(CultureInfo.InvariantCulture))!;

    private static JsonObject Tree() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["leaf"] = new JsonObject { ["type"] = "integer" },
            ["children"] = new JsonObject { ["type"] = "array", ["maxItems"] = 2, ["items"] = new JsonObject { ["$ref"] = "#/$defs/tree" } },
            ["next"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/$defs/tree" }, new JsonObject { ["type"] = "null" }) },
        },
        ["required"] = new JsonArray("leaf"),
        ["additionalProperties"] = false,
    };
}
