using System.Text.Json;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>A schema within the whole, known by its place.</summary>
/// <param name="Pointer">Its JSON pointer.</param>
/// <param name="Element">Its content.</param>
/// <param name="IsSettled">Whether a choice among its alternatives was made: they are among the other items then, as is what it refers to.</param>
internal readonly record struct SchemaItem(string Pointer, JsonElement Element, bool IsSettled = false)
{
    /// <summary>A member of it.</summary>
    public SchemaItem At(string name, JsonElement element) => new($"{Pointer}/{Escape(name)}", element);

    /// <summary>A list's entry or an object's member two levels down.</summary>
    public SchemaItem At(string keyword, string name, JsonElement element) => new($"{Pointer}/{Escape(keyword)}/{Escape(name)}", element);

    /// <summary>Tells it from others.</summary>
    public string Key => IsSettled ? Pointer + "\n" : Pointer;

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
