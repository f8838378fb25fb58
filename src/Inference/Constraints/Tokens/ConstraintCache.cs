using System.Text.Json;

namespace Hybrid.Inference.Constraints.Tokens;

/// <summary>A model's compiled formats: the ones last used are kept. Thread safe.</summary>
internal sealed class ConstraintCache(Func<TokenTrie> buildTrie, IReadOnlyCollection<int> endTokens)
{
    private const int MaxFormats = 8;

    private readonly Lazy<TokenTrie> _trie = new(buildTrie);
    private readonly LinkedList<(JsonFormat Format, TokenTable Table)> _recent = [];
    private readonly Lock _gate = new();

    /// <summary>A new constraint for one sequence.</summary>
    /// <exception cref="NotSupportedException">The model's tokenizer cannot be constrained.</exception>
    public TokenConstraint Create(JsonFormat format)
    {
        var trie = _trie.Value;
        lock (_gate)
        {
            var node = Find(known => known == format);
            if (node is null)
            {
                node = new((format, new TokenTable(format.Grammar, trie, endTokens)));
                if (_recent.Count >= MaxFormats)
                {
                    _recent.RemoveLast();
                }
            }
            else
            {
                _recent.Remove(node);
            }

            _recent.AddFirst(node);
            return new TokenConstraint(node.Value.Table);
        }
    }

    /// <summary>The format of a schema, compiled unless it was used a while ago.</summary>
    /// <exception cref="UnsupportedSchemaException">The schema cannot be kept.</exception>
    public JsonFormat FormatOf(JsonElement schema, CancellationToken cancellationToken)
    {
        var text = schema.ValueKind == JsonValueKind.Undefined ? "" : schema.GetRawText();
        lock (_gate)
        {
            if (Find(known => known.SchemaText == text) is { } node)
            {
                return node.Value.Format;
            }
        }

        return JsonFormat.FromSchema(schema, cancellationToken);
    }

    private LinkedListNode<(JsonFormat Format, TokenTable Table)>? Find(Func<JsonFormat, bool> isIt)
    {
        for (var node = _recent.First; node is not null; node = node.Next)
        {
            if (isIt(node.Value.Format))
            {
                return node;
            }
        }

        return null;
    }
}
