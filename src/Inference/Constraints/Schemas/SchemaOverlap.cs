using System.Text.Json;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Decides whether the branches of a <c>oneOf</c> exclude each other, so that it can be kept like an <c>anyOf</c>.</summary>
internal static class SchemaOverlap
{
    private const int MaxDepth = 8;

    /// <param name="pointer">Where the <c>oneOf</c> stands.</param>
    /// <param name="beside">What holds beside it, settled.</param>
    /// <param name="branches">Its branches.</param>
    /// <param name="reader">Reads them.</param>
    /// <exception cref="UnsupportedSchemaException">Two branches may both hold.</exception>
    public static void Refuse(string pointer, List<SchemaItem> beside, List<SchemaItem> branches, SchemaReader reader)
    {
        for (var i = 0; i < branches.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!AreDisjoint([.. beside, branches[j]], [.. beside, branches[i]], reader, 0))
                {
                    throw new UnsupportedSchemaException(
                        pointer,
                        $"branches {j} and {i} may both hold, and then neither counts; tell them apart by type, by a property of const value or by required properties, or use anyOf");
                }
            }
        }
    }

    /// <summary>Whether no value that is written for one set of schemas satisfies the other.</summary>
    private static bool AreDisjoint(List<SchemaItem> left, List<SchemaItem> right, SchemaReader reader, int depth)
    {
        if (depth > MaxDepth)
        {
            return false;
        }

        var (a, b) = (reader.Read(left), reader.Read(right));
        foreach (var (facts, other, isLeft) in new[] { (a, right, true), (b, left, false) })
        {
            if (facts.Choices.Count > 0)
            {
                var settled = facts.Items.Select(item => item with { IsSettled = true }).ToList();
                return facts.Choices[0].Branches.TrueForAll(branch => isLeft
                    ? AreDisjoint([.. settled, branch], other, reader, depth + 1)
                    : AreDisjoint(other, [.. settled, branch], reader, depth + 1));
            }
        }

        if (a.Values is not null && b.Values is not null)
        {
            return !a.Values.Exists(value => b.Values.Exists(other => JsonElement.DeepEquals(value, other)));
        }

        var shared = (Written(a) & TypesOf(b)) | (Written(b) & TypesOf(a));
        if ((shared & JsonTypes.Number) != 0 && NumbersMeet(a, b))
        {
            return false;
        }

        if (shared.HasFlag(JsonTypes.String) && !(a.MaxLength < b.MinLength || b.MaxLength < a.MinLength))
        {
            return false;
        }

        if (shared.HasFlag(JsonTypes.Array) && !(a.MaxItems < b.MinItems || b.MaxItems < a.MinItems))
        {
            return false;
        }

        return (shared & (JsonTypes.Null | JsonTypes.Boolean)) == 0 && (!shared.HasFlag(JsonTypes.Object) || ObjectsDiffer(a, b, reader, depth));
    }

    /// <summary>The kinds that are written where the schema leaves the type open.</summary>
    private static JsonTypes Written(SchemaFacts facts) =>
        facts.Values is not null || facts.NamesType || facts.Hinted == JsonTypes.None ? TypesOf(facts) : facts.Types & facts.Hinted;

    private static JsonTypes TypesOf(SchemaFacts facts)
    {
        if (facts.Values is null)
        {
            return facts.Types;
        }

        var types = JsonTypes.None;
        foreach (var value in facts.Values)
        {
            types |= value.ValueKind switch
            {
                JsonValueKind.Null => JsonTypes.Null,
                JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
                JsonValueKind.Number => JsonTypes.Number,
                JsonValueKind.String => JsonTypes.String,
                JsonValueKind.Array => JsonTypes.Array,
                _ => JsonTypes.Object,
            };
        }

        return types & facts.Types;
    }

    private static bool NumbersMeet(SchemaFacts a, SchemaFacts b)
    {
        return !(Below(a, b) || Below(b, a));

        static bool Below(SchemaFacts low, SchemaFacts high) =>
            low.Number.Maximum < high.Number.Minimum
            || (low.Number.Maximum == high.Number.Minimum && low.Number.Maximum is not null && (low.Number.ExcludesMaximum || high.Number.ExcludesMinimum));
    }

    private static bool ObjectsDiffer(SchemaFacts a, SchemaFacts b, SchemaReader reader, int depth) =>
        a.Required.Exists(name => Excludes(a, b, name, reader, depth)) || b.Required.Exists(name => Excludes(b, a, name, reader, depth));

    /// <summary>Whether a member that the one must have is wrong or forbidden in the other.</summary>
    private static bool Excludes(SchemaFacts one, SchemaFacts other, string name, SchemaReader reader, int depth)
    {
        var mine = Of(one);
        var theirs = Of(other);
        return theirs.Exists(item => item.Element.ValueKind == JsonValueKind.False)
            || (other.IsClosed && !other.Objects.Exists(shape => shape.Properties.ContainsKey(name)))
            || (mine.Count > 0 && theirs.Count > 0 && AreDisjoint(mine, theirs, reader, depth + 1))
            || IsNeverWritten(other, name);

        List<SchemaItem> Of(SchemaFacts facts) => [.. facts.Objects
            .Select(shape => shape.Properties.TryGetValue(name, out var schema) ? schema : shape.Additional)
            .OfType<SchemaItem>()];

        // An object for the other gets named members only, so it lacks this one; and one for this has it, which leaves the other's rules:
        // those do not forbid it, so only the first direction is safe. Hence both must require what the other never writes.
        bool IsNeverWritten(SchemaFacts facts, string member) =>
            !Writes(facts, member) && facts.Required.Exists(theirName => !Writes(one, theirName));
    }

    private static bool Writes(SchemaFacts facts, string name) =>
        facts.Required.Contains(name)
        || facts.Objects.Exists(shape => shape.Properties.ContainsKey(name))
        || facts.Objects.Count == 0
        || facts.Objects.Exists(shape => shape.Additional is { Element.ValueKind: not JsonValueKind.False });
}
