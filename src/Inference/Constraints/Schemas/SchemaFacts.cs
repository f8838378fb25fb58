using System.Text.Json;
using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>What several schemas that hold together say of a value.</summary>
internal sealed class SchemaFacts
{
    /// <summary>The schemas, those reached through <c>$ref</c> and <c>allOf</c> included.</summary>
    public List<SchemaItem> Items { get; } = [];

    /// <summary>The kinds of value that are allowed.</summary>
    public JsonTypes Types { get; set; } = JsonTypes.All;

    /// <summary>Whether a kind was named.</summary>
    public bool NamesType { get; set; }

    /// <summary>The kinds that keywords speak of.</summary>
    public JsonTypes Hinted { get; set; }

    /// <summary>The values that are allowed, or null for any.</summary>
    public List<JsonElement>? Values { get; private set; }

    /// <summary>Where <see cref="Values"/> came from.</summary>
    public string ValuesPointer { get; private set; } = "";

    public int MinLength { get; set; }

    public int? MaxLength { get; set; }

    public List<(string Pointer, string Text)> Patterns { get; } = [];

    public List<(string Pointer, string Name)> Formats { get; } = [];

    public NumberBounds Number { get; set; } = new();

    public int MinItems { get; set; }

    public int? MaxItems { get; set; }

    public List<ArrayShape> Arrays { get; } = [];

    public int MinProperties { get; set; }

    public int? MaxProperties { get; set; }

    /// <summary>Where the number of members was bounded, or null.</summary>
    public string? PropertyCountPointer { get; set; }

    public List<ObjectShape> Objects { get; } = [];

    public List<string> Required { get; } = [];

    /// <summary>Whether members that no schema names are forbidden from outside.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The sets of alternatives of which one each must hold.</summary>
    public List<(string Pointer, bool IsExclusive, List<SchemaItem> Branches)> Choices { get; } = [];

    /// <summary>Allows only these values.</summary>
    public void Restrict(string pointer, IEnumerable<JsonElement> values)
    {
        ValuesPointer = pointer;
        Values = Values is null ? [.. values] : [.. Values.Where(known => values.Any(value => JsonElement.DeepEquals(known, value)))];
    }
}
