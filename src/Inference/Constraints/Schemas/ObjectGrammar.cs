using Hybrid.Inference.Constraints.Grammars;
using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Builds the nodes of objects.</summary>
internal sealed class ObjectGrammar(GrammarBuilder builder, Func<List<SchemaItem>, int> compile, Func<int> anyValue)
{
    private readonly int?[] _leads = new int?[2];
    private int? _open;
    private int? _close;
    private int? _colon;

    public int Build(SchemaFacts facts)
    {
        var members = new List<(string Name, int Value, bool IsRequired)>();
        var names = facts.Objects.SelectMany(shape => shape.Names).Distinct().ToList();
        foreach (var name in names.Concat(facts.Required.Except(names)))
        {
            var schemas = SchemasOf(name, facts);
            var isForbidden = facts.IsClosed && !names.Contains(name);
            members.Add((name, isForbidden ? builder.Choice() : schemas.Count > 0 ? compile(schemas) : anyValue(), facts.Required.Contains(name)));
        }

        _open ??= builder.Terminal(Regex.Literal("{"u8));
        _close ??= builder.Terminal(Regex.Concat(JsonText.WhiteSpace, Regex.Literal("}"u8)));
        return builder.Nest(builder.Sequence(_open.Value, Members(members, FreeValue(facts, names), facts), _close.Value));
    }

    /// <summary>All that is said of a member.</summary>
    private static List<SchemaItem> SchemasOf(string name, SchemaFacts facts)
    {
        var schemas = new List<SchemaItem>();
        foreach (var shape in facts.Objects)
        {
            if (shape.Properties.TryGetValue(name, out var schema))
            {
                schemas.Add(schema);
            }
            else if (shape.Additional is { } additional)
            {
                schemas.Add(additional);
            }
        }

        return schemas;
    }

    /// <summary>The value of members that no schema names; null where there are none.</summary>
    private int? FreeValue(SchemaFacts facts, List<string> names)
    {
        var said = facts.Objects.Select(shape => shape.Additional).OfType<SchemaItem>().ToList();
        if (facts.IsClosed || said.Exists(item => item.Element.ValueKind == System.Text.Json.JsonValueKind.False))
        {
            return null;
        }

        return said.Count > 0 ? compile(said) : names.Count == 0 ? anyValue() : null;
    }

    /// <summary>The members in their order, from the last to the first, told apart by how many come before.</summary>
    private int Members(List<(string Name, int Value, bool IsRequired)> members, int? freeValue, SchemaFacts facts)
    {
        var most = freeValue is null && facts.MaxProperties >= members.Count ? null : facts.MaxProperties;
        var highest = most is not null ? members.Count : Math.Max(1, Math.Min(facts.MinProperties, members.Count));
        var free = freeValue is null ? null : FreeMembers(members.Select(member => member.Name), freeValue.Value);
        var tails = new int[highest + 1];
        for (var count = 0; count <= highest; count++)
        {
            tails[count] = count > most ? builder.Choice() : FreeTail(free, count, facts.MinProperties - count, most - count);
        }

        var impossible = builder.Choice();
        for (var i = members.Count - 1; i >= 0; i--)
        {
            var (name, value, isRequired) = members[i];
            var earlier = new int[highest + 1];
            int? first = null;
            int? later = null;
            for (var count = 0; count <= Math.Min(highest, i); count++)
            {
                var after = tails[Math.Min(count + 1, highest)];
                var with = count >= most
                    ? impossible
                    : builder.Sequence(count == 0 ? first ??= Name(name, 0) : later ??= Name(name, 1), value, after);
                earlier[count] = isRequired ? with : builder.Choice(with, tails[count]);
            }

            tails = earlier;
        }

        return tails[0];
    }

    private int Name(string name, int place) =>
        builder.Terminal(Regex.Concat(Lead(place), Regex.Literal(JsonText.Quote(name)), JsonText.Colon));

    /// <summary>A member with any other name: the first, and one after others.</summary>
    private int[] FreeMembers(IEnumerable<string> names, int value)
    {
        builder.HasFreeNames = true;
        // Only the shortest form of a name, so that an escape cannot disguise one that is taken.
        var name = builder.Terminal(JsonText.CanonicalString.Except(Dfa.OfTexts(names.Select(JsonText.Quote)), builder.Budget));
        _colon ??= builder.Terminal(JsonText.Colon);
        return [.. Enumerable.Range(0, 2).Select(place => builder.Sequence(_leads[place] ??= builder.Terminal(Lead(place)), name, _colon.Value, value))];
    }

    private int FreeTail(int[]? free, int count, int least, int? most)
    {
        if (free is null)
        {
            return least > 0 ? builder.Choice() : builder.Nothing;
        }

        if (count > 0 || most == 0)
        {
            return builder.Repeat(free[1], Math.Max(least, 0), most);
        }

        var some = builder.Sequence(free[0], builder.Repeat(free[1], Math.Max(least - 1, 0), most - 1));
        return least > 0 ? some : builder.Optional(some);
    }

    /// <summary>What stands before a name: in the first place white space, later a comma too.</summary>
    private static Regex Lead(int place) => place == 0 ? JsonText.WhiteSpace : Regex.Concat(Regex.Literal(","u8), JsonText.WhiteSpace);
}
