using System.Text.Json;
using Hybrid.Inference.Constraints.Grammars;
using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Turns a JSON schema into a grammar whose texts all validate against it.</summary>
/// <remarks>
/// Schemas that hold together (<c>$ref</c>, <c>allOf</c>, a schema beside its <c>anyOf</c>) are compiled as a set, known by the places they
/// stand at; so recursion ends, and a set is compiled once. The grammar may leave out texts that would validate too: members come in the
/// schema's order, and unnamed ones only where the schema speaks of them or names none at all.
/// </remarks>
internal sealed class SchemaCompiler
{
    /// <summary>The largest schema taken, in characters.</summary>
    public const int MaxCharacters = 256 * 1024;

    private const int MaxCombinations = 512;

    private readonly GrammarBuilder _builder = new();
    private readonly SchemaReader _reader;
    private readonly Dictionary<string, int> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<(int Node, List<SchemaItem> Items)> _pending = new();
    private readonly ValueGrammar _values;
    private readonly CancellationToken _cancellation;

    private SchemaCompiler(JsonElement root, CancellationToken cancellationToken)
    {
        _reader = new SchemaReader(root);
        _values = new ValueGrammar(_builder, Compile);
        _cancellation = cancellationToken;
    }

    /// <summary>The grammar of a schema.</summary>
    /// <exception cref="UnsupportedSchemaException">It is wrong, too large, or asks for what cannot be kept.</exception>
    public static Grammar Compile(JsonElement schema, CancellationToken cancellationToken)
    {
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            throw new UnsupportedSchemaException("", "there is none");
        }

        if (schema.GetRawText().Length > MaxCharacters)
        {
            throw new UnsupportedSchemaException("", $"it has more than {MaxCharacters} characters");
        }

        try
        {
            return new SchemaCompiler(schema, cancellationToken).Run(schema);
        }
        catch (LanguageTooLargeException)
        {
            throw new UnsupportedSchemaException("", "it needs too many states; use fewer or shorter alternatives, repetitions and length limits");
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            // What System.Text.Json throws for an escape that is half a surrogate pair.
            throw new UnsupportedSchemaException("", "it holds text that is not valid Unicode");
        }
    }

    /// <summary>The grammar of any JSON object.</summary>
    public static Grammar AnyObject()
    {
        var builder = new GrammarBuilder();
        return builder.Build(new ValueGrammar(builder, _ => throw new InvalidOperationException("There is no schema.")).AnyObject);
    }

    private Grammar Run(JsonElement schema)
    {
        var root = Compile([new SchemaItem("", schema)]);
        while (_pending.TryDequeue(out var next))
        {
            _cancellation.ThrowIfCancellationRequested();
            _builder.Resolve(next.Node, Build(next.Items));
        }

        var grammar = _builder.Build(root);
        return grammar.Depths[root] == Grammar.Impossible
            ? throw new UnsupportedSchemaException("", $"no JSON value of at most {Grammar.MaxDepth} levels satisfies it")
            : grammar;
    }

    /// <summary>The node of schemas that hold together; its content follows later.</summary>
    private int Compile(List<SchemaItem> items)
    {
        var key = string.Join('\0', items.Select(item => item.Key).Distinct().Order(StringComparer.Ordinal));
        if (!_nodes.TryGetValue(key, out var node))
        {
            node = _builder.Reserve();
            _nodes.Add(key, node);
            _pending.Enqueue((node, items));
        }

        return node;
    }

    private int Build(List<SchemaItem> items)
    {
        var facts = _reader.Read(items);
        return facts.Choices.Count == 0 ? _values.Build(facts) : BuildChoices(facts);
    }

    private int BuildChoices(SchemaFacts facts)
    {
        var settled = facts.Items.Select(item => item with { IsSettled = true }).ToList();
        var combinations = new List<List<SchemaItem>> { settled };
        foreach (var (pointer, isExclusive, branches) in facts.Choices)
        {
            if (isExclusive)
            {
                SchemaOverlap.Refuse(pointer, settled, branches, _reader);
            }

            if ((long)combinations.Count * branches.Count > MaxCombinations)
            {
                throw new UnsupportedSchemaException(pointer, $"together with the others beside it, it makes more than {MaxCombinations} combinations");
            }

            combinations = [.. combinations.SelectMany(chosen => branches.Select(branch => chosen.Append(branch).ToList()))];
        }

        return _builder.Choice([.. combinations.Select(Compile)]);
    }
}
