using System.Globalization;
using System.Text.Json;

namespace Hybrid.Inference.Folders;

/// <summary>A JSON object with the path that leads to it, so that each complaint can name key and value.</summary>
internal sealed class JsonSection
{
    private const int ShownCharacters = 60;

    private readonly FolderFile _file;
    private readonly string _path;
    private readonly JsonElement _element;

    private JsonSection(FolderFile file, string path, JsonElement element)
    {
        (_file, _path, _element) = (file, path, element);
    }

    public bool IsEmpty => !_element.EnumerateObject().MoveNext();

    public static JsonSection Root(FolderFile file, JsonDocument document) =>
        document.RootElement.ValueKind == JsonValueKind.Object
            ? new JsonSection(file, "", document.RootElement)
            : throw file.Refuse($"holds {Describe(document.RootElement)}; an object is expected", FolderFile.DownloadAgain);

    /// <summary>The value of a key; absent and null are the same.</summary>
    public JsonElement? Find(string key)
    {
        // Not TryGetProperty: it throws where some other key holds a broken escape.
        JsonElement? found = null;
        foreach (var property in _element.EnumerateObject())
        {
            if (NameOf(property) == key)
            {
                found = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value;
            }
        }

        return found;
    }

    public JsonSection? Section(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonSection(_file, PathOf(key), value),
        { } value => throw WrongKind(key, value, "an object"),
    };

    public JsonSection RequiredSection(string key) => Section(key) ?? throw Missing(key);

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => TextOf(key, value),
        { } value => throw WrongKind(key, value, "a string"),
    };

    public string RequiredText(string key)
    {
        var text = Text(key) ?? throw Missing(key);
        return text.Length > 0 ? text : throw Wrong(key, "\"\"", "it must not be empty");
    }

    public bool? Flag(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw WrongKind(key, value, "true or false"),
    };

    public double? Number(string key, double minimum, double maximum)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        var number = NumberOf(key, value);
        return number >= minimum && number <= maximum
            ? number
            : throw Wrong(key, Show(value), string.Create(CultureInfo.InvariantCulture, $"it must lie between {minimum} and {maximum}"));
    }

    public int? Whole(string key, int minimum, int maximum = int.MaxValue) =>
        Find(key) is { } value ? WholeOf(key, value, minimum, maximum) : null;

    public int RequiredWhole(string key, int minimum, int maximum = int.MaxValue) =>
        Whole(key, minimum, maximum) ?? throw Missing(key);

    /// <summary>A key that may hold one number or a list of them; null where it is absent or the list is empty.</summary>
    public IReadOnlyList<int>? WholeOrList(string key, int minimum, int maximum)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return [WholeOf(key, value, minimum, maximum)];
        }

        var items = value.EnumerateArray().Select((item, i) => WholeOf($"{key}[{i}]", item, minimum, maximum)).Distinct().ToArray();
        return items.Length == 0 ? null : items;
    }

    /// <summary>The objects of a list; nothing where the key is absent.</summary>
    public IEnumerable<JsonSection> Sections(string key)
    {
        if (Find(key) is not { } value)
        {
            yield break;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw WrongKind(key, value, "a list");
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var name = $"{key}[{index++}]";
            yield return item.ValueKind == JsonValueKind.Object
                ? new JsonSection(_file, PathOf(name), item)
                : throw WrongKind(name, item, "an object");
        }
    }

    public IReadOnlyList<string> Keys() => [.. _element.EnumerateObject().Select(NameOf)];

    public string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    public ModelFolderException Wrong(string key, string shown, string expected) =>
        _file.Refuse($"{PathOf(key)} is {shown}; {expected}", $"Set {PathOf(key)} as the model's publisher has it, or download the file again.");

    public ModelFolderException Missing(string key) =>
        _file.Refuse($"{PathOf(key)} is missing", $"Add {PathOf(key)} as the model's publisher has it, or download the file again.");

    private ModelFolderException WrongKind(string key, JsonElement value, string expected) => Wrong(key, Describe(value), $"{expected} is expected");

    private int WholeOf(string key, JsonElement value, int minimum, int maximum)
    {
        var number = NumberOf(key, value);
        if (number != Math.Floor(number))
        {
            throw Wrong(key, Show(value), "a whole number is expected");
        }

        return number >= minimum && number <= maximum ? (int)number : throw Wrong(key, Show(value), $"it must lie between {minimum} and {maximum}");
    }

    private double NumberOf(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw WrongKind(key, value, "a number");

    private string TextOf(string key, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // A lone surrogate escape is valid JSON but no text.
            throw _file.Refuse($"{PathOf(key)} holds a broken \\u escape", FolderFile.DownloadAgain, exception);
        }
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw _file.Refuse($"a key of {(_path.Length == 0 ? "the file" : _path)} holds a broken \\u escape", FolderFile.DownloadAgain, exception);
        }
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"{Show(value)} (a string)",
        _ => Show(value),
    };

    private static string Show(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= ShownCharacters ? raw : string.Concat(raw.AsSpan(0, ShownCharacters), "…");
    }
}
