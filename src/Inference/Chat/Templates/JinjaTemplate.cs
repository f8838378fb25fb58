using Expression = System.Func<Hybrid.Inference.Chat.Templates.JinjaScope, object?>;
using Statement = System.Action<Hybrid.Inference.Chat.Templates.JinjaScope>;

namespace Hybrid.Inference.Chat.Templates;

/// <summary>A chat template, compiled: the part of Jinja that published templates use to lay out a conversation.</summary>
/// <remarks>
/// No Jinja engine exists among .NET's packages, and none anywhere tells typed text from the template's own, which is what keeps a
/// user from writing control tokens. Macros, includes and the filters for tool calls parse but stop a rendering that reaches them.
/// Safe for concurrent use; steps, nesting and text are bounded, whatever the template says.
/// </remarks>
internal sealed class JinjaTemplate
{
    private const int MaxRange = 100_000;

    private readonly JinjaCursor _cursor;
    private readonly JinjaExpressions _expressions;
    private readonly Statement _body;

    private JinjaTemplate(string source)
    {
        _cursor = new JinjaCursor(JinjaLexer.Read(source));
        _expressions = new JinjaExpressions(_cursor);
        _body = ReadBody();
        if (_cursor.Current.Kind != JinjaTokenKind.End)
        {
            throw JinjaCursor.Unexpected(_cursor.Current, "the end of the template");
        }
    }

    /// <exception cref="JinjaException">The text is no template that this engine understands.</exception>
    public static JinjaTemplate Parse(string source) => new(source);

    /// <exception cref="JinjaException">The template refuses the values, or needs what this engine lacks.</exception>
    public JinjaText Render(Dictionary<string, object?> values)
    {
        values["namespace"] = (JinjaCallable)((_, named) => new Dictionary<string, object?>(named, StringComparer.Ordinal));
        values["raise_exception"] = (JinjaCallable)((arguments, _) =>
            throw new JinjaException(arguments is [JinjaText reason, ..] ? reason.Value : "the template refuses"));
        values["range"] = (JinjaCallable)((arguments, _) => Range(arguments));
        var scope = new JinjaScope(values);
        _body(scope);
        return JinjaText.Concat(scope.Output);
    }

    private static List<object?> Range(IReadOnlyList<object?> arguments)
    {
        var start = arguments.Count > 1 ? JinjaOperations.Number(arguments[0]) : 0;
        var end = arguments.Count > 0 ? JinjaOperations.Number(arguments[^1]) : 0;
        return arguments.Count is 1 or 2 && start is >= -MaxRange and <= MaxRange && end is >= -MaxRange and <= MaxRange
            ? [.. Enumerable.Range((int)start, (int)Math.Max(0, end - start)).Select(number => (object?)(long)number)]
            : throw new JinjaException("'range' takes one or two numbers of moderate size");
    }

    /// <summary>Statements up to a tag that belongs to the block around them, whose name stays unread.</summary>
    private Statement ReadBody(params string[] ends)
    {
        var statements = new List<Statement>();
        while (_cursor.Current.Kind != JinjaTokenKind.End)
        {
            var token = _cursor.Next();
            if (token.Kind == JinjaTokenKind.Text)
            {
                var text = JinjaText.Template(token.Text);
                statements.Add(scope => scope.Output.Add(text));
            }
            else if (token.Kind == JinjaTokenKind.OutputStart)
            {
                var value = _expressions.ReadTuple();
                _cursor.Expect(JinjaTokenKind.OutputEnd);
                statements.Add(scope => scope.Output.Add(JinjaOperations.Text(value(scope))));
            }
            else if (ends.Contains(_cursor.Current.Text))
            {
                break;
            }
            else
            {
                statements.Add(_cursor.Nested(ReadBlock));
            }
        }

        var body = statements.ToArray();
        return scope =>
        {
            foreach (var statement in body)
            {
                scope.Step();
                statement(scope);
            }
        };
    }

    private Statement ReadBlock()
    {
        var keyword = _cursor.ExpectName();
        switch (keyword)
        {
            case "if":
                return ReadIf();
            case "for":
                return ReadFor();
            case "set":
                return ReadSet();
            case "macro":
                return ReadMacro();
            case "generation":
                // transformers' own tag, which marks the text to train on.
                return ReadToEnd("endgeneration");
            default:
                throw new JinjaException($"line {_cursor.Current.Line}: the tag '{keyword}' is not supported");
        }
    }

    private Statement ReadToEnd(string end)
    {
        _cursor.Expect(JinjaTokenKind.BlockEnd);
        var body = ReadBody(end);
        CloseBlock(end);
        return body;
    }

    private void CloseBlock(string end)
    {
        _cursor.Expect(end);
        _cursor.Expect(JinjaTokenKind.BlockEnd);
    }

    private Statement ReadIf()
    {
        var branches = new List<(Expression Condition, Statement Body)>();
        do
        {
            var condition = _expressions.ReadTuple();
            _cursor.Expect(JinjaTokenKind.BlockEnd);
            branches.Add((condition, ReadBody("elif", "else", "endif")));
        }
        while (_cursor.Take("elif"));

        var otherwise = _cursor.Take("else") ? ReadToEnd("endif") : null;
        if (otherwise is null)
        {
            CloseBlock("endif");
        }

        return scope =>
        {
            foreach (var (condition, body) in branches)
            {
                if (JinjaOperations.IsTrue(condition(scope)))
                {
                    body(scope);
                    return;
                }
            }

            otherwise?.Invoke(scope);
        };
    }

    private Statement ReadFor()
    {
        var targets = new List<string> { _cursor.ExpectName() };
        while (_cursor.Take(","))
        {
            targets.Add(_cursor.ExpectName());
        }

        _cursor.Expect("in");
        var source = _expressions.Read(allowChoice: false);
        var filter = _cursor.Take("if") ? _expressions.Read() : null;
        _cursor.Expect(JinjaTokenKind.BlockEnd);
        var body = ReadBody("else", "endfor");
        var otherwise = _cursor.Take("else") ? ReadToEnd("endfor") : null;
        if (otherwise is null)
        {
            CloseBlock("endfor");
        }

        return scope => Loop(scope, targets, source(scope), filter, body, otherwise);
    }

    private static void Loop(JinjaScope scope, List<string> targets, object? source, Expression? filter, Statement body, Statement? otherwise)
    {
        var items = JinjaOperations.Items(source);
        if (filter is not null)
        {
            items = items.FindAll(item => JinjaOperations.IsTrue(filter(Bind(scope, targets, item))));
        }

        for (var i = 0; i < items.Count; i++)
        {
            var inner = Bind(scope, targets, items[i]);
            inner.Set("loop", LoopFacts(items, i));
            body(inner);
        }

        if (items.Count == 0)
        {
            otherwise?.Invoke(scope);
        }
    }

    private static JinjaScope Bind(JinjaScope scope, List<string> targets, object? item)
    {
        scope.Step();
        var inner = scope.Inner();
        Assign(inner, targets, item);
        return inner;
    }

    private static void Assign(JinjaScope scope, List<string> targets, object? item)
    {
        if (targets.Count == 1)
        {
            scope.Set(targets[0], item);
            return;
        }

        var parts = JinjaOperations.Items(item);
        if (parts.Count != targets.Count)
        {
            throw new JinjaException($"{parts.Count} values meet {targets.Count} names");
        }

        for (var i = 0; i < parts.Count; i++)
        {
            scope.Set(targets[i], parts[i]);
        }
    }

    private static Dictionary<string, object?> LoopFacts(List<object?> items, int i) => new(StringComparer.Ordinal)
    {
        ["index"] = (long)i + 1,
        ["index0"] = (long)i,
        ["revindex"] = (long)items.Count - i,
        ["revindex0"] = (long)items.Count - i - 1,
        ["first"] = i == 0,
        ["last"] = i == items.Count - 1,
        ["length"] = (long)items.Count,
        ["previtem"] = i > 0 ? items[i - 1] : JinjaUndefined.Value,
        ["nextitem"] = i < items.Count - 1 ? items[i + 1] : JinjaUndefined.Value,
    };

    private Statement ReadSet()
    {
        var name = _cursor.ExpectName();
        if (_cursor.Take("."))
        {
            var member = _cursor.ExpectName();
            _cursor.Expect("=");
            var memberValue = _expressions.ReadTuple();
            _cursor.Expect(JinjaTokenKind.BlockEnd);
            return scope => Namespace(scope, name)[member] = memberValue(scope);
        }

        if (!_cursor.Take("="))
        {
            var body = ReadToEnd("endset");
            return scope => scope.Set(name, Capture(scope, body));
        }

        var value = _expressions.ReadTuple();
        _cursor.Expect(JinjaTokenKind.BlockEnd);
        return scope => scope.Set(name, value(scope));
    }

    private static Dictionary<string, object?> Namespace(JinjaScope scope, string name) =>
        scope.Find(name) as Dictionary<string, object?> ?? throw new JinjaException($"'{name}' is no namespace");

    private static JinjaText Capture(JinjaScope scope, Statement body)
    {
        var output = scope.Output;
        scope.Output = [];
        body(scope);
        var text = JinjaText.Concat(scope.Output);
        scope.Output = output;
        return text;
    }

    /// <summary>A macro is read over; templates define them for tool calls.</summary>
    private Statement ReadMacro()
    {
        var name = _cursor.ExpectName();
        while (_cursor.Current.Kind is not (JinjaTokenKind.BlockEnd or JinjaTokenKind.End))
        {
            _cursor.Next();
        }

        ReadToEnd("endmacro");
        JinjaCallable refusal = (_, _) => throw new JinjaException($"it calls the macro '{name}', and macros are not supported");
        return scope => scope.Set(name, refusal);
    }
}
