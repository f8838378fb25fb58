namespace Hybrid.Inference.Chat.Templates;

/// <summary>The names that a template sees at one point of its rendering, and the budget of the whole rendering.</summary>
internal sealed class JinjaScope
{
    // A conversation of a thousand turns takes some 50,000 steps; a template that wants more than this loops without end.
    private const int MaxSteps = 5_000_000;

    private readonly Dictionary<string, object?> _names;
    private readonly JinjaScope? _outer;
    private readonly JinjaScope _root;
    private int _steps;

    public JinjaScope(Dictionary<string, object?> names)
    {
        (_names, _root) = (names, this);
        Output = [];
    }

    private JinjaScope(JinjaScope outer)
    {
        (_names, _outer, _root, Output) = (new Dictionary<string, object?>(StringComparer.Ordinal), outer, outer._root, outer.Output);
    }

    /// <summary>Where output goes; a block assignment redirects it for a while.</summary>
    public List<JinjaText> Output { get; set; }

    public JinjaScope Inner() => new(this);

    public void Set(string name, object? value) => _names[name] = value;

    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (scope._names.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return JinjaUndefined.Value;
    }

    public void Step()
    {
        if (++_root._steps > MaxSteps)
        {
            throw new JinjaException("the template does not come to an end");
        }
    }
}
