using System.Globalization;
using Expression = System.Func<Hybrid.Inference.Chat.Templates.JinjaScope, object?>;

namespace Hybrid.Inference.Chat.Templates;

/// <summary>Compiles expressions to delegates, with Jinja's precedences.</summary>
internal sealed class JinjaExpressions(JinjaCursor cursor)
{
    private static readonly HashSet<string> Comparisons = ["==", "!=", "<", "<=", ">", ">="];
    private static readonly IReadOnlyList<object?> NoArguments = [];

    /// <summary>An expression; in the head of a loop, <c>if</c> filters items and is not a choice between values.</summary>
    public Expression Read(bool allowChoice = true) => cursor.Nested<Expression>(() =>
    {
        var value = ReadOr();
        while (allowChoice && cursor.Take("if"))
        {
            var (yes, condition) = (value, ReadOr());
            Expression no = cursor.Take("else") ? Read() : _ => JinjaUndefined.Value;
            value = scope => JinjaOperations.IsTrue(condition(scope)) ? yes(scope) : no(scope);
        }

        return value;
    });

    /// <summary>One expression or, separated by commas, a tuple of them.</summary>
    public Expression ReadTuple()
    {
        var first = Read();
        if (!cursor.Current.Is(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (cursor.Take(","))
        {
            items.Add(Read());
        }

        return scope => items.Select(item => item(scope)).ToList();
    }

    private Expression ReadOr()
    {
        var left = ReadAnd();
        while (cursor.Take("or"))
        {
            var (a, b) = (left, ReadAnd());
            left = scope => a(scope) is var value && JinjaOperations.IsTrue(value) ? value : b(scope);
        }

        return left;
    }

    private Expression ReadAnd()
    {
        var left = ReadNot();
        while (cursor.Take("and"))
        {
            var (a, b) = (left, ReadNot());
            left = scope => a(scope) is var value && JinjaOperations.IsTrue(value) ? b(scope) : value;
        }

        return left;
    }

    private Expression ReadNot()
    {
        if (!cursor.Take("not"))
        {
            return ReadComparison();
        }

        var value = cursor.Nested(ReadNot);
        return scope => !JinjaOperations.IsTrue(value(scope));
    }

    private Expression ReadComparison()
    {
        var left = ReadSum();
        while (TakeComparison() is { } symbol)
        {
            left = Binary(symbol, left, ReadSum());
        }

        return left;
    }

    private string? TakeComparison()
    {
        if (cursor.Current.Kind == JinjaTokenKind.Symbol && Comparisons.Contains(cursor.Current.Text))
        {
            return cursor.Next().Text;
        }

        if (cursor.Take("in"))
        {
            return "in";
        }

        if (cursor.Current.IsName("not") && cursor.Following.IsName("in"))
        {
            cursor.Next();
            cursor.Next();
            return "not in";
        }

        return null;
    }

    private Expression ReadSum()
    {
        var left = ReadJoin();
        while (cursor.Current.Is("+") || cursor.Current.Is("-"))
        {
            left = Binary(cursor.Next().Text, left, ReadJoin());
        }

        return left;
    }

    private Expression ReadJoin()
    {
        var left = ReadProduct();
        while (cursor.Take("~"))
        {
            var (a, b) = (left, ReadProduct());
            left = scope => JinjaText.Concat([JinjaOperations.Text(a(scope)), JinjaOperations.Text(b(scope))]);
        }

        return left;
    }

    private Expression ReadProduct()
    {
        var left = ReadUnary();
        while (cursor.Current.Is("*") || cursor.Current.Is("%") || cursor.Current.Is("//") || cursor.Current.Is("/"))
        {
            left = Binary(cursor.Next().Text, left, ReadUnary());
        }

        return left;
    }

    private Expression ReadUnary()
    {
        if (cursor.Take("-"))
        {
            var value = cursor.Nested(ReadUnary);
            return scope => -JinjaOperations.Number(value(scope));
        }

        return ReadPostfix(ReadPrimary());
    }

    private Expression ReadPrimary()
    {
        var token = cursor.Next();
        switch (token.Kind)
        {
            case JinjaTokenKind.String:
                var text = token.Text;
                while (cursor.Current.Kind == JinjaTokenKind.String)
                {
                    text += cursor.Next().Text;
                }

                var constant = JinjaText.Template(text);
                return _ => constant;
            case JinjaTokenKind.Number when long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                return _ => number;
            case JinjaTokenKind.Name:
                return ReadName(token.Text);
            case JinjaTokenKind.Symbol when token.Text == "(":
                return ReadParentheses();
            case JinjaTokenKind.Symbol when token.Text == "[":
                var items = ReadList("]");
                return scope => items.Select(item => item(scope)).ToList();
            case JinjaTokenKind.Symbol when token.Text == "{":
                return ReadMapping();
            default:
                throw JinjaCursor.Unexpected(token, "a value");
        }
    }

    private static Expression ReadName(string name) => name switch
    {
        "true" or "True" => _ => true,
        "false" or "False" => _ => false,
        "none" or "None" => _ => null,
        _ => scope => scope.Find(name),
    };

    private Expression ReadParentheses()
    {
        if (cursor.Take(")"))
        {
            return _ => new List<object?>();
        }

        var value = ReadTuple();
        cursor.Expect(")");
        return value;
    }

    private List<Expression> ReadList(string close)
    {
        var items = new List<Expression>();
        while (!cursor.Take(close))
        {
            items.Add(Read());
            if (!cursor.Take(","))
            {
                cursor.Expect(close);
                break;
            }
        }

        return items;
    }

    private Expression ReadMapping()
    {
        var pairs = new List<(Expression Key, Expression Value)>();
        while (!cursor.Take("}"))
        {
            var key = Read();
            cursor.Expect(":");
            pairs.Add((key, Read()));
            if (!cursor.Take(","))
            {
                cursor.Expect("}");
                break;
            }
        }

        return scope =>
        {
            var mapping = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (key, value) in pairs)
            {
                mapping[JinjaOperations.Text(key(scope)).Value] = value(scope);
            }

            return mapping;
        };
    }

    private Expression ReadPostfix(Expression value)
    {
        while (true)
        {
            if (cursor.Take("."))
            {
                var (owner, name) = (value, cursor.ExpectName());
                value = scope => JinjaOperations.Member(owner(scope), name);
            }
            else if (cursor.Take("["))
            {
                value = ReadIndex(value);
            }
            else if (cursor.Take("("))
            {
                value = ReadCall(value);
            }
            else if (cursor.Take("|"))
            {
                var (input, name, arguments) = (value, cursor.ExpectName(), ReadArguments());
                value = scope => JinjaFilters.Apply(name, input(scope), arguments(scope));
            }
            else if (cursor.Take("is"))
            {
                value = ReadTest(value);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ReadIndex(Expression value)
    {
        Expression? from = cursor.Current.Is(":") ? null : Read();
        if (from is not null && cursor.Take("]"))
        {
            return scope => JinjaOperations.Index(value(scope), from(scope));
        }

        cursor.Expect(":");
        Expression? to = cursor.Current.Is(":") || cursor.Current.Is("]") ? null : Read();
        Expression? step = cursor.Take(":") && !cursor.Current.Is("]") ? Read() : null;
        cursor.Expect("]");
        return scope => JinjaOperations.Slice(value(scope), from?.Invoke(scope), to?.Invoke(scope), step?.Invoke(scope));
    }

    private Expression ReadCall(Expression function)
    {
        var arguments = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        while (!cursor.Take(")"))
        {
            if (cursor.Current.Kind == JinjaTokenKind.Name && cursor.Following.Is("="))
            {
                var name = cursor.Next().Text;
                cursor.Expect("=");
                named.Add((name, Read()));
            }
            else
            {
                arguments.Add(Read());
            }

            if (!cursor.Take(","))
            {
                cursor.Expect(")");
                break;
            }
        }

        return scope =>
        {
            scope.Step();
            var names = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (name, value) in named)
            {
                names[name] = value(scope);
            }

            return JinjaMethods.Call(function(scope), arguments.Select(argument => argument(scope)).ToList(), names);
        };
    }

    private Func<JinjaScope, IReadOnlyList<object?>> ReadArguments()
    {
        if (!cursor.Take("("))
        {
            return _ => NoArguments;
        }

        // Named arguments (tojson(indent=4)) occur only on filters for tool calls; their names are dropped with them.
        var items = new List<Expression>();
        while (!cursor.Take(")"))
        {
            if (cursor.Current.Kind == JinjaTokenKind.Name && cursor.Following.Is("="))
            {
                cursor.Next();
                cursor.Next();
            }

            items.Add(Read());
            if (!cursor.Take(","))
            {
                cursor.Expect(")");
                break;
            }
        }

        return scope => items.Select(item => item(scope)).ToList();
    }

    private Expression ReadTest(Expression value)
    {
        var negated = cursor.Take("not");
        var name = cursor.ExpectName();
        var arguments = cursor.Current.Kind is JinjaTokenKind.String or JinjaTokenKind.Number ? One(ReadPrimary()) : ReadArguments();
        return scope => JinjaFilters.Test(name, value(scope), arguments(scope)) != negated;

        static Func<JinjaScope, IReadOnlyList<object?>> One(Expression argument) => scope => [argument(scope)];
    }

    private static Expression Binary(string symbol, Expression left, Expression right) =>
        scope => JinjaOperations.Compute(symbol, left(scope), right(scope));
}
