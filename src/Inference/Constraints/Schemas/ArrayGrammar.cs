using Hybrid.Inference.Constraints.Grammars;
using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Builds the nodes of arrays.</summary>
internal sealed class ArrayGrammar(GrammarBuilder builder, Func<List<SchemaItem>, int> compile, Func<int> anyValue)
{
    private int? _open;
    private int? _close;
    private int? _space;
    private int? _comma;

    public int Build(SchemaFacts facts)
    {
        _open ??= builder.Terminal(Regex.Literal("["u8));
        _close ??= builder.Terminal(Regex.Concat(JsonText.WhiteSpace, Regex.Literal("]"u8)));
        return builder.Nest(builder.Sequence(_open.Value, Items(facts), _close.Value));
    }

    private int Items(SchemaFacts facts)
    {
        var prefix = facts.Arrays.Select(shape => shape.Prefix.Count).DefaultIfEmpty().Max();
        if (facts.MaxItems is { } limit)
        {
            prefix = Math.Min(prefix, limit);
        }

        var tail = RestTail(facts, prefix);
        for (var i = prefix - 1; i >= 0; i--)
        {
            var with = builder.Sequence(Lead(i), Item(facts, i), tail);
            tail = i < facts.MinItems ? with : builder.Optional(with);
        }

        return tail;
    }

    /// <summary>What may come after the items that have schemas of their own.</summary>
    private int RestTail(SchemaFacts facts, int prefix)
    {
        var least = Math.Max(facts.MinItems - prefix, 0);
        var most = facts.MaxItems - prefix;
        var said = facts.Arrays.Select(shape => shape.Rest).OfType<SchemaItem>().ToList();
        // A list that is named item by item ends with them, unless more are asked for.
        if (most == 0 || (said.Count == 0 && prefix > 0 && least == 0))
        {
            return least > 0 ? builder.Choice() : builder.Nothing;
        }

        var value = said.Count > 0 ? compile(said) : anyValue();
        var further = builder.Sequence(Lead(1), value);
        if (prefix > 0)
        {
            return builder.Repeat(further, least, most);
        }

        var some = builder.Sequence(Lead(0), value, builder.Repeat(further, Math.Max(least - 1, 0), most - 1));
        return least > 0 ? some : builder.Optional(some);
    }

    private int Item(SchemaFacts facts, int index)
    {
        var schemas = facts.Arrays.Select(shape => index < shape.Prefix.Count ? shape.Prefix[index] : shape.Rest).OfType<SchemaItem>().ToList();
        return schemas.Count > 0 ? compile(schemas) : anyValue();
    }

    private int Lead(int index) => index == 0
        ? _space ??= builder.Terminal(JsonText.WhiteSpace)
        : _comma ??= builder.Terminal(Regex.Concat(Regex.Literal(","u8), JsonText.WhiteSpace));
}
