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

    private readonly JinjaExpressions _reader;
    private readonly Statement _body;

    private JinjaTemplate(string source)
    {
        _reader = new JinjaExpressions(JinjaLexer.Read(source));
        _body = ReadBody();
        if (_reader.Current.Kind != JinjaTokenKind.End)
        {
            throw _reader.Unexpected("the end of the template");
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
        return arguments.Count is 1 or 2 && Math.Abs(start) <= MaxRange && Math.Abs(end) <= MaxRange
            ? [.. Enumerable.Range((int)start, (int)Math.Max(0, end - start)).Select(number => (object?)(long)number)]
            : throw new JinjaException("'range' takes one or two numbers of moderate size");
    }

    /// <summary>Statements up to a tag that belongs to the block around them, whose name stays unread.</summary>
    private Statement ReadBody(params string[] ends)
    {
        var statements = new List<Statement>();
        while (_reader.Current.Kind != JinjaTokenKind.End)
        {
            var token = _reader.Next();
            if (token.Kind == JinjaTokenKind.Text)
            {
                var text = JinjaText.Template(token.Text);
                statements.Add(scope => scope.Output.Add(text));
            }
            else if (token.Kind == JinjaTokenKind.OutputStart)
            {
                var value = _reader.ReadTuple();
                _reader.Expect(JinjaTokenKind.OutputEnd);
                statements.Add(scope => scope.Output.Add(JinjaOperations.Text(value(scope))));
            }
            else if (ends.Contains(_reader.Current.Text))
            {
                break;
            }
            else
            {
                statements.Add(_reader.Nested(ReadBlock));
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
        var keyword = _reader.ExpectName();
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
                throw new JinjaException($"line {_reader.Current.Line}: the tag '{keyword}' is not supported");
        }
    }

    private Statement ReadToEnd(string end)
    {
        _reader.Expect(JinjaTokenKind.BlockEnd);
        var body = ReadBody(end);
        CloseBlock(end);
        return body;
    }

    private void CloseBlock(string end)
    {
        _reader.Expect(end);
        _reader.Expect(JinjaTokenKind.BlockEnd);
    }

    private Statement ReadIf()
    {
        var branches = new List<(Expression Condition, Statement Body)>();
        do
        {
            var condition = _reader.ReadTuple();
            _reader.Expect(JinjaTokenKind.BlockEnd);
            branches.Add((condition, ReadBody("elif", "else", "endif")));
        }
        while (_reader.Take("elif"));

        var otherwise = _reader.Take("else") ? ReadToEnd("endif") : null;
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
        var targets = new List<string> { _reader.ExpectName() };
        while (_reader.Take(","))
        {
            targets.Add(_reader.ExpectName());
        }

        _reader.Expect("in");
        var source = _reader.Read(allowChoice: false);
        var filter = _reader.Take("if") ? _reader.Read() : null;
        _reader.Expect(JinjaTokenKind.BlockEnd);
        var body = ReadBody("else", "endfor");
        var otherwise = _reader.Take("else") ? ReadToEnd("endfor") : null;
        if (otherwise is null)
        {
            CloseBlock("endfor");
        }

        return scope => Loop(scope, targets, source(scope), filter, body, otherwise);
    }

    private static void Loop(JinjaScope scope, List<string> targets, object? source, Expression? filter, Statement body, Statement? otherwise)
    {
        var scopes = new List<(JinjaScope Scope, object? Item)>();
        foreach (var item in JinjaOperations.Items(source))
        {
            var inner = scope.Inner();
            Assign(inner, targets, item);
            if (filter is null || JinjaOperations.IsTrue(filter(inner)))
            {
                scopes.Add((inner, item));
            }
        }

        for (var i = 0; i < scopes.Count; i++)
        {
            scope.Step();
            scopes[i].Scope.Set("loop", LoopFacts(scopes, i));
            body(scopes[i].Scope);
        }

        if (scopes.Count == 0)
        {
            otherwise?.Invoke(scope);
        }
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

    private static Dictionary<string, object?> LoopFacts(List<(JinjaScope Scope, object? Item)> scopes, int i) => new(StringComparer.Ordinal)
    {
        ["index"] = (long)i + 1,
        ["index0"] = (long)i,
        ["revindex"] = (long)scopes.Count - i,
        ["revindex0"] = (long)scopes.Count - i - 1,
        ["first"] = i == 0,
        ["last"] = i == scopes.Count - 1,
        ["length"] = (long)scopes.Count,
        ["previtem"] = i > 0 ? scopes[i - 1].Item : JinjaUndefined.Value,
        ["nextitem"] = i < scopes.Count - 1 ? scopes[i + 1].Item : JinjaUndefined.Value,
    };

    private Statement ReadSet()
    {
        var name = _reader.ExpectName();
        if (_reader.Take("."))
        {
            var member = _reader.ExpectName();
            _reader.Expect("=");
            var memberValue = _reader.ReadTuple();
            _reader.Expect(JinjaTokenKind.BlockEnd);
            return scope => Namespace(scope, name)[member] = memberValue(scope);
        }

        if (!_reader.Take("="))
        {
            var body = ReadToEnd("endset");
            return scope => scope.Set(name, Capture(scope, body));
        }

        var value = _reader.ReadTuple();
        _reader.Expect(JinjaTokenKind.BlockEnd);
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
        var name = _reader.ExpectName();
        while (_reader.Current.Kind is not (JinjaTokenKind.BlockEnd or JinjaTokenKind.End))
        {
            _reader.Next();
        }

        ReadToEnd("endmacro");
        JinjaCallable refusal = (_, _) => throw new JinjaException($"it calls the macro '{name}', and macros are not supported");
        return scope => scope.Set(name, refusal);
    }
}
