using System.Globalization;
using System.Text.Json;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>
/// The fields of a JSON object in a request. A field that is missing or null is absent, one that is unknown is never looked at, and one of the
/// wrong type is refused with its path.
/// </summary>
internal readonly struct RequestFields(JsonElement element, string path = "")
{
    /// <summary>The path of a field, as <c>messages[0].content</c>.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>The field as it is; null if absent.</summary>
    public JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Find(name) is { } value ? TextOf(value, PathOf(name)) : null;

    public string RequiredText(string name) => Text(name) ?? throw Missing(name);

    public bool? Truth(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw WrongType(PathOf(name), "a boolean", value),
    };

    public int? Integer(string name, int least, int most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw WrongType(PathOf(name), "an integer", value);
        }

        // What is no integer at all and what is a huge one fail alike: neither lies in the range.
        return Whole(value) is { } number && number >= least && number <= most
            ? (int)number
            : throw RequestRefusedException.Field(
                PathOf(name), string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)} must be an integer from {least} to {most}."));
    }

    public long? Long(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw WrongType(PathOf(name), "an integer", value);
        }

        return Whole(value) is { } number
            ? number
            : throw RequestRefusedException.Field(PathOf(name), $"{PathOf(name)} must be an integer of 64 bits.");
    }

    public double? Number(string name, double least, double most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw WrongType(PathOf(name), "a number", value);
        }

        return value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw RequestRefusedException.Field(
                PathOf(name), string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)} must be a number from {least} to {most}."));
    }

    public RequestFields? Object(string name) => Find(name) is { } value ? ObjectOf(value, PathOf(name)) : null;

    public RequestFields RequiredObject(string name) => Object(name) ?? throw Missing(name);

    /// <summary>The items of an array with their paths; null if absent.</summary>
    public List<(JsonElement Value, string Path)>? Array(string name, int most) => Find(name) is { } value ? ArrayOf(value, PathOf(name), most) : null;

    public RequestRefusedException Missing(string name) =>
        RequestRefusedException.Field(PathOf(name), $"{PathOf(name)} is missing.", "missing_required_parameter");

    /// <summary>The names and texts of the object itself.</summary>
    public Dictionary<string, string> Texts(int most)
    {
        if (element.GetPropertyCount() > most)
        {
            throw RequestRefusedException.Field(path, $"{path} may hold {most} entries; it holds {element.GetPropertyCount()}.");
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                throw NotUnicode(path);
            }

            texts[name] = TextOf(property.Value, $"{path}.{name}");
        }

        return texts;
    }

    public static RequestFields ObjectOf(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? new RequestFields(value, path) : throw WrongType(path, "an object", value);

    public static List<(JsonElement Value, string Path)> ArrayOf(JsonElement value, string path, int most)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw WrongType(path, "an array", value);
        }

        if (value.GetArrayLength() > most)
        {
            throw RequestRefusedException.Field(
                path, string.Create(CultureInfo.InvariantCulture, $"{path} may hold {most} items; it holds {value.GetArrayLength()}."), "array_above_max_length");
        }

        return [.. value.EnumerateArray().Select((item, index) => (item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]")))];
    }

    public static string TextOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw WrongType(path, "a string", value);
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw NotUnicode(path);
        }
    }

    /// <summary>A JSON value to be kept as it is: every text in it must be one.</summary>
    public static JsonElement Kept(JsonElement value, string path)
    {
        CheckTexts(value, path);
        return value.Clone();
    }

    public static RequestRefusedException WrongType(string path, string expected, JsonElement found) => RequestRefusedException.Field(
        path,
        $"{path} must be {expected}; it is {found.ValueKind switch
        {
            JsonValueKind.String => "a string",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            JsonValueKind.Array => "an array",
            JsonValueKind.Object => "an object",
            _ => "null",
        }}.",
        "invalid_type");

    /// <summary>A number without a fraction, however it is written: <c>1.0</c> and <c>1e0</c> are one.</summary>
    private static long? Whole(JsonElement value) =>
        value.TryGetInt64(out var number) ? number
        : value.TryGetDecimal(out var exact) && decimal.IsInteger(exact) && exact is >= long.MinValue and <= long.MaxValue ? (long)exact
        : null;

    private static void CheckTexts(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                TextOf(value, path);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    CheckTexts(item, path);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    try
                    {
                        _ = property.Name;
                    }
                    catch (InvalidOperationException)
                    {
                        throw NotUnicode(path);
                    }

                    CheckTexts(property.Value, path);
                }

                break;
        }
    }

    private static RequestRefusedException NotUnicode(string path) =>
        RequestRefusedException.Field(path, $"{path} is no valid Unicode text.", "invalid_text");
}
