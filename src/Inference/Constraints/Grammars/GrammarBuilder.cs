using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Grammars;

/// <summary>Collects the nodes of a grammar within bounds.</summary>
internal sealed class GrammarBuilder
{
    private const int MaxNodes = 50_000;
    private const int MaxStates = 400_000;

    private readonly List<GrammarNode> _nodes = [];
    private readonly Dictionary<Dfa, int> _terminals = new(ReferenceEqualityComparer.Instance);
    private int _states;

    /// <summary>What compiling may cost.</summary>
    public WorkBudget Budget { get; } = new();

    /// <summary>Whether names that the schema does not give were allowed anywhere.</summary>
    public bool HasFreeNames { get; set; }

    /// <summary>A node that matches the empty text.</summary>
    public int Nothing => Sequence();

    /// <exception cref="LanguageTooLargeException">The grammar becomes too large; so with every method here.</exception>
    public int Terminal(Dfa language)
    {
        if (_terminals.TryGetValue(language, out var known))
        {
            return known;
        }

        _states += language.States;
        if (_states > MaxStates)
        {
            throw new LanguageTooLargeException();
        }

        return _terminals[language] = Add(new GrammarNode(GrammarNodeKind.Terminal, [], language));
    }

    public int Terminal(Regex expression) => Terminal(ByteNfa.ToDfa(expression, Budget));

    public int Sequence(params int[] children) => Add(new GrammarNode(GrammarNodeKind.Sequence, children));

    public int Choice(params int[] children) => children.Length == 1 ? children[0] : Add(new GrammarNode(GrammarNodeKind.Choice, children));

    public int Optional(int child) => Choice(child, Nothing);

    /// <summary>A child so many times; the child must not match the empty text.</summary>
    public int Repeat(int child, int least, int? most) => Add(new GrammarNode(GrammarNodeKind.Repeat, [child], null, least, most));

    public int Nest(int child) => Add(new GrammarNode(GrammarNodeKind.Nest, [child]));

    /// <summary>A node whose meaning is set later.</summary>
    public int Reserve() => Add(new GrammarNode(GrammarNodeKind.Reference, []));

    public void Resolve(int reserved, int node) => _nodes[reserved] = new GrammarNode(GrammarNodeKind.Reference, [node]);

    public Grammar Build(int root) => new([.. _nodes], root, Depths(), HasFreeNames);

    private int Add(GrammarNode node)
    {
        if (_nodes.Count >= MaxNodes)
        {
            throw new LanguageTooLargeException();
        }

        _nodes.Add(node);
        return _nodes.Count - 1;
    }

    /// <summary>The least solution: starts at "impossible" and lowers until nothing changes.</summary>
    private int[] Depths()
    {
        var depths = new int[_nodes.Count];
        Array.Fill(depths, Grammar.Impossible);
        var parents = new List<int>[_nodes.Count];
        for (var node = 0; node < parents.Length; node++)
        {
            parents[node] = [];
        }

        for (var node = 0; node < parents.Length; node++)
        {
            foreach (var child in _nodes[node].Children)
            {
                parents[child].Add(node);
            }
        }

        var work = new Queue<int>(Enumerable.Range(0, _nodes.Count));
        while (work.TryDequeue(out var node))
        {
            var depth = Depth(_nodes[node], depths);
            if (depth < depths[node])
            {
                depths[node] = depth;
                foreach (var parent in parents[node])
                {
                    work.Enqueue(parent);
                }
            }
        }

        return depths;
    }

    private static int Depth(GrammarNode node, int[] depths)
    {
        switch (node.Kind)
        {
            case GrammarNodeKind.Terminal:
                return node.Language!.IsEmpty ? Grammar.Impossible : 0;
            case GrammarNodeKind.Sequence:
                var most = 0;
                foreach (var child in node.Children)
                {
                    most = Math.Max(most, depths[child]);
                }

                return most;
            case GrammarNodeKind.Choice:
                var least = Grammar.Impossible;
                foreach (var child in node.Children)
                {
                    least = Math.Min(least, depths[child]);
                }

                return least;
            case GrammarNodeKind.Repeat:
                return node.Least > node.Most ? Grammar.Impossible : node.Least > 0 ? depths[node.Children[0]] : 0;
            case GrammarNodeKind.Nest:
                var inner = depths[node.Children[0]];
                return inner < Grammar.MaxDepth ? inner + 1 : Grammar.Impossible;
            default:
                return node.Children.Length > 0 ? depths[node.Children[0]] : Grammar.Impossible;
        }
    }
}
