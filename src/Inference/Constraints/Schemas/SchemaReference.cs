using System.Globalization;
using System.Text.Json;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Finds what a <c>$ref</c> points to.</summary>
internal static class SchemaReference
{
    public static SchemaItem Resolve(JsonElement root, SchemaItem at)
    {
        if (at.Element.ValueKind != JsonValueKind.String)
        {
            throw new UnsupportedSchemaException(at.Pointer, "it must be a string");
        }

        var text = at.Element.GetString()!;
        if (text != "#" && !text.StartsWith("#/", StringComparison.Ordinal))
        {
            throw new UnsupportedSchemaException(at.Pointer, $"'{Shorten(text)}' is not a JSON pointer into this schema such as #/$defs/name; nothing else is followed");
        }

        var found = new SchemaItem("", root);
        foreach (var name in Names(text))
        {
            found = Child(found, name) ?? throw new UnsupportedSchemaException(at.Pointer, $"'{Shorten(text)}' points to nothing in this schema");
        }

        return found;
    }

    /// <summary>Whether a JSON pointer, as <c>#/$defs/name</c>, points to something.</summary>
    public static bool Exists(JsonElement root, string text) =>
        Names(text).Aggregate((SchemaItem?)new SchemaItem("", root), (found, name) => found is { } parent ? Child(parent, name) : null) is not null;

    public static string Shorten(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";

    private static IEnumerable<string> Names(string pointer) => pointer.Split('/').Skip(1)
        .Select(part => Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    private static SchemaItem? Child(SchemaItem parent, string name)
    {
        if (parent.Element.ValueKind == JsonValueKind.Object && parent.Element.TryGetProperty(name, out var member))
        {
            return parent.At(name, member);
        }

        return parent.Element.ValueKind == JsonValueKind.Array
            && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < parent.Element.GetArrayLength()
            ? parent.At(name, parent.Element[index])
            : null;
    }
}
