using System.Globalization;
using Expression = System.Func<Hybrid.Inference.Chat.Templates.JinjaScope, object?>;

namespace Hybrid.Inference.Chat.Templates;

/// <summary>Compiles expressions to delegates, with Jinja's precedences.</summary>
internal sealed class JinjaExpressions(IReadOnlyList<JinjaToken> tokens)
{
    private const int MaxDepth = 64;

    private static readonly HashSet<string> Comparisons = ["==", "!=", "<", "<=", ">", ">="];
    private static readonly IReadOnlyList<object?> NoArguments = [];

    private int _position;
    private int _depth;

    public JinjaToken Current => tokens[_position];

    public JinjaToken Next() => tokens[_position].Kind == JinjaTokenKind.End ? tokens[_position] : tokens[_position++];

    public bool Take(string symbolOrName)
    {
        if (Current.Is(symbolOrName) || Current.IsName(symbolOrName))
        {
            _position++;
            return true;
        }

        return false;
    }

    public void Expect(string symbolOrName)
    {
        if (!Take(symbolOrName))
        {
            throw Unexpected($"'{symbolOrName}'");
        }
    }

    public string ExpectName() => Current.Kind == JinjaTokenKind.Name ? Next().Text : throw Unexpected("a name");

    public void Expect(JinjaTokenKind kind)
    {
        if (Next().Kind != kind)
        {
            throw Unexpected("the end of the tag");
        }
    }

    public JinjaException Unexpected(string expected) =>
        new($"line {Current.Line}: {expected} is expected, '{(Current.Text.Length > 0 ? Current.Text : Current.Kind)}' is there");

    /// <summary>Guards the stack against brackets or blocks nested without end.</summary>
    public T Nested<T>(Func<T> read)
    {
        if (++_depth > MaxDepth)
        {
            throw new JinjaException($"line {Current.Line}: nested too deeply");
        }

        var result = read();
        _depth--;
        return result;
    }

    /// <summary>An expression; in the head of a loop, <c>if</c> filters items and is not a choice between values.</summary>
    public Expression Read(bool allowChoice = true) => Nested<Expression>(() =>
    {
        var value = ReadOr();
        while (allowChoice && Take("if"))
        {
            var (yes, condition) = (value, ReadOr());
            Expression no = Take("else") ? Read() : _ => JinjaUndefined.Value;
            value = scope => JinjaOperations.IsTrue(condition(scope)) ? yes(scope) : no(scope);
        }

        return value;
    });

    /// <summary>One expression or, separated by commas, a tuple of them.</summary>
    public Expression ReadTuple()
    {
        var first = Read();
        if (!Current.Is(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (Take(","))
        {
            items.Add(Read());
        }

        return scope => items.Select(item => item(scope)).ToList();
    }

    private Expression ReadOr()
    {
        var left = ReadAnd();
        while (Take("or"))
        {
            var (a, b) = (left, ReadAnd());
            left = scope => a(scope) is var value && JinjaOperations.IsTrue(value) ? value : b(scope);
        }

        return left;
    }

    private Expression ReadAnd()
    {
        var left = ReadNot();
        while (Take("and"))
        {
            var (a, b) = (left, ReadNot());
            left = scope => a(scope) is var value && JinjaOperations.IsTrue(value) ? b(scope) : value;
        }

        return left;
    }

    private Expression ReadNot()
    {
        if (!Take("not"))
        {
            return ReadComparison();
        }

        var value = Nested(ReadNot);
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
        if (Current.Kind == JinjaTokenKind.Symbol && Comparisons.Contains(Current.Text))
        {
            return Next().Text;
        }

        if (Take("in"))
        {
            return "in";
        }

        if (Current.IsName("not") && tokens[_position + 1].IsName("in"))
        {
            _position += 2;
            return "not in";
        }

        return null;
    }

    private Expression ReadSum()
    {
        var left = ReadJoin();
        while (Current.Is("+") || Current.Is("-"))
        {
            left = Binary(Next().Text, left, ReadJoin());
        }

        return left;
    }

    private Expression ReadJoin()
    {
        var left = ReadProduct();
        while (Take("~"))
        {
            var (a, b) = (left, ReadProduct());
            left = scope => JinjaText.Concat([JinjaOperations.Text(a(scope)), JinjaOperations.Text(b(scope))]);
        }

        return left;
    }

    private Expression ReadProduct()
    {
        var left = ReadUnary();
        while (Current.Is("*") || Current.Is("%") || Current.Is("//") || Current.Is("/"))
        {
            left = Binary(Next().Text, left, ReadUnary());
        }

        return left;
    }

    private Expression ReadUnary()
    {
        if (Take("-"))
        {
            var value = Nested(ReadUnary);
            return scope => -JinjaOperations.Number(value(scope));
        }

        return ReadPostfix(ReadPrimary());
    }

    private Expression ReadPrimary()
    {
        var token = Next();
        switch (token.Kind)
        {
            case JinjaTokenKind.String:
                var text = token.Text;
                while (Current.Kind == JinjaTokenKind.String)
                {
                    text += Next().Text;
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
                _position--;
                throw Unexpected("a value");
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
        if (Take(")"))
        {
            return _ => new List<object?>();
        }

        var value = ReadTuple();
        Expect(")");
        return value;
    }

    private List<Expression> ReadList(string close)
    {
        var items = new List<Expression>();
        while (!Take(close))
        {
            items.Add(Read());
            if (!Take(","))
            {
                Expect(close);
                break;
            }
        }

        return items;
    }

    private Expression ReadMapping()
    {
        var pairs = new List<(Expression Key, Expression Value)>();
        while (!Take("}"))
        {
            var key = Read();
            Expect(":");
            pairs.Add((key, Read()));
            if (!Take(","))
            {
                Expect("}");
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
            if (Take("."))
            {
                var (owner, name) = (value, ExpectName());
                value = scope => JinjaOperations.Member(owner(scope), name);
            }
            else if (Take("["))
            {
                value = ReadIndex(value);
            }
            else if (Take("("))
            {
                value = ReadCall(value);
            }
            else if (Take("|"))
            {
                var (input, name, arguments) = (value, ExpectName(), ReadArguments());
                value = scope => JinjaFilters.Apply(name, input(scope), arguments(scope));
            }
            else if (Take("is"))
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
        Expression? from = Current.Is(":") ? null : Read();
        if (from is not null && Take("]"))
        {
            return scope => JinjaOperations.Index(value(scope), from(scope));
        }

        Expect(":");
        Expression? to = Current.Is(":") || Current.Is("]") ? null : Read();
        Expression? step = Take(":") && !Current.Is("]") ? Read() : null;
        Expect("]");
        return scope => JinjaOperations.Slice(value(scope), from?.Invoke(scope), to?.Invoke(scope), step?.Invoke(scope));
    }

    private Expression ReadCall(Expression function)
    {
        var arguments = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        while (!Take(")"))
        {
            if (Current.Kind == JinjaTokenKind.Name && tokens[_position + 1].Is("="))
            {
                var name = Next().Text;
                Expect("=");
                named.Add((name, Read()));
            }
            else
            {
                arguments.Add(Read());
            }

            if (!Take(","))
            {
                Expect(")");
                break;
            }
        }

        return scope =>
        {
            scope.Step();
            return JinjaMethods.Call(
                function(scope),
                arguments.Select(argument => argument(scope)).ToList(),
                named.ToDictionary(pair => pair.Name, pair => pair.Value(scope), StringComparer.Ordinal));
        };
    }

    private Func<JinjaScope, IReadOnlyList<object?>> ReadArguments()
    {
        if (!Take("("))
        {
            return _ => NoArguments;
        }

        // Named arguments (tojson(indent=4)) occur only on filters for tool calls; their names are dropped with them.
        var items = new List<Expression>();
        while (!Take(")"))
        {
            if (Current.Kind == JinjaTokenKind.Name && tokens[_position + 1].Is("="))
            {
                _position += 2;
            }

            items.Add(Read());
            if (!Take(","))
            {
                Expect(")");
                break;
            }
        }

        return scope => items.Select(item => item(scope)).ToList();
    }

    private Expression ReadTest(Expression value)
    {
        var negated = Take("not");
        var name = ExpectName();
        var arguments = Current.Kind is JinjaTokenKind.String or JinjaTokenKind.Number ? One(ReadPrimary()) : ReadArguments();
        return scope => JinjaFilters.Test(name, value(scope), arguments(scope)) != negated;

        static Func<JinjaScope, IReadOnlyList<object?>> One(Expression argument) => scope => [argument(scope)];
    }

    private static Expression Binary(string symbol, Expression left, Expression right) =>
        scope => JinjaOperations.Compute(symbol, left(scope), right(scope));
}
