using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hybrid.Inference.Tests.Constraints;

/// <summary>Validates a value after draft 2020-12, written from the specification and sharing nothing with the compiler it judges.</summary>
internal sealed partial class SchemaValidator(JsonElement root)
{
    public bool IsValid(JsonElement value) => IsValid(root, value);

    private bool IsValid(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True;
        }

        return schema.EnumerateObject().All(keyword => Holds(keyword.Name, keyword.Value, schema, value));
    }

    private bool Holds(string keyword, JsonElement argument, JsonElement schema, JsonElement value)
    {
        var kind = value.ValueKind;
        switch (keyword)
        {
            case "$ref":
                return IsValid(Resolve(argument.GetString()!), value);
            case "allOf":
                return argument.EnumerateArray().All(inner => IsValid(inner, value));
            case "anyOf":
                return argument.EnumerateArray().Any(inner => IsValid(inner, value));
            case "oneOf":
                return argument.EnumerateArray().Count(inner => IsValid(inner, value)) == 1;
            case "type":
                return argument.ValueKind == JsonValueKind.Array ? argument.EnumerateArray().Any(type => IsOf(type, value)) : IsOf(argument, value);
            case "enum":
                return argument.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value));
            case "const":
                return JsonElement.DeepEquals(argument, value);
            case "minLength":
                return kind != JsonValueKind.String || Length(value) >= argument.GetDouble();
            case "maxLength":
                return kind != JsonValueKind.String || Length(value) <= argument.GetDouble();
            case "pattern":
                return kind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, argument.GetString()!, RegexOptions.ECMAScript | RegexOptions.CultureInvariant);
            case "format":
                return kind != JsonValueKind.String || IsFormat(argument.GetString()!, value.GetString()!);
            case "minimum":
                return kind != JsonValueKind.Number || value.GetDecimal() >= argument.GetDecimal();
            case "maximum":
                return kind != JsonValueKind.Number || value.GetDecimal() <= argument.GetDecimal();
            case "exclusiveMinimum":
                return kind != JsonValueKind.Number || value.GetDecimal() > argument.GetDecimal();
            case "exclusiveMaximum":
                return kind != JsonValueKind.Number || value.GetDecimal() < argument.GetDecimal();
            case "multipleOf":
                return kind != JsonValueKind.Number || value.GetDecimal() % argument.GetDecimal() == 0;
            case "minItems":
                return kind != JsonValueKind.Array || value.GetArrayLength() >= argument.GetDouble();
            case "maxItems":
                return kind != JsonValueKind.Array || value.GetArrayLength() <= argument.GetDouble();
            case "prefixItems":
                return kind != JsonValueKind.Array || value.EnumerateArray().Zip(argument.EnumerateArray()).All(pair => IsValid(pair.Second, pair.First));
            case "items":
                var first = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
                return kind != JsonValueKind.Array || value.EnumerateArray().Skip(first).All(item => IsValid(argument, item));
            case "minProperties":
                return kind != JsonValueKind.Object || value.EnumerateObject().Count() >= argument.GetDouble();
            case "maxProperties":
                return kind != JsonValueKind.Object || value.EnumerateObject().Count() <= argument.GetDouble();
            case "required":
                return kind != JsonValueKind.Object || argument.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
            case "properties":
                return kind != JsonValueKind.Object
                    || argument.EnumerateObject().All(member => !value.TryGetProperty(member.Name, out var inner) || IsValid(member.Value, inner));
            case "additionalProperties":
                return kind != JsonValueKind.Object || value.EnumerateObject()
                    .Where(member => !(schema.TryGetProperty("properties", out var named) && named.TryGetProperty(member.Name, out _)))
                    .All(member => IsValid(argument, member.Value));
            case "$defs" or "title" or "description" or "default" or "examples" or "$schema" or "$comment":
                return true;
            default:
                throw new NotSupportedException(keyword);
        }
    }

    private JsonElement Resolve(string reference)
    {
        var found = root;
        foreach (var part in reference.Split('/').Skip(1))
        {
            found = found.GetProperty(Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        }

        return found;
    }

    private static bool IsOf(JsonElement type, JsonElement value) => type.GetString() switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && Math.Floor(value.GetDouble()) == value.GetDouble(),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new NotSupportedException(type.GetRawText()),
    };

    private static int Length(JsonElement value) => value.GetString()!.EnumerateRunes().Count();

    private static bool IsFormat(string format, string text) => format switch
    {
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => DateTimeOffset.TryParse("2000-01-01T" + text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && TimeForm().IsMatch(text),
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && DateTimeForm().IsMatch(text),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "email" => new System.Net.Mail.MailAddress(text).Address == text,
        "ipv4" => IPAddress.TryParse(text, out var four) && four.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && text.Count(c => c == '.') == 3,
        "ipv6" => IPAddress.TryParse(text, out var six) && six.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        "hostname" => Uri.CheckHostName(text) != UriHostNameType.Unknown,
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "duration" => DurationForm().IsMatch(text),
        "byte" => Convert.FromBase64String(text) is not null,
        _ => throw new NotSupportedException(format),
    };

    [GeneratedRegex("^[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$")]
    private static partial Regex TimeForm();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$")]
    private static partial Regex DateTimeForm();

    [GeneratedRegex("^P(?=.)([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)$")]
    private static partial Regex DurationForm();
}
