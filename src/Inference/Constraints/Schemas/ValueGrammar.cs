using System.Text.Json;
using Hybrid.Inference.Constraints.Grammars;
using Hybrid.Inference.Constraints.Regular;

namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>Builds the nodes of values from what their schemas say.</summary>
internal sealed class ValueGrammar
{
    private readonly GrammarBuilder _builder;
    private readonly ObjectGrammar _objects;
    private readonly ArrayGrammar _arrays;
    private int? _anyValue;
    private int? _anyObject;
    private int? _null;
    private int? _boolean;
    private int? _character;
    private int? _quote;

    /// <param name="builder">Takes the nodes.</param>
    /// <param name="compile">Gives the node of schemas that hold together.</param>
    public ValueGrammar(GrammarBuilder builder, Func<List<SchemaItem>, int> compile)
    {
        _builder = builder;
        _objects = new ObjectGrammar(builder, compile, () => AnyValue);
        _arrays = new ArrayGrammar(builder, compile, () => AnyValue);
    }

    /// <summary>Any object.</summary>
    public int AnyObject => _anyObject ??= _objects.Build(new SchemaFacts());

    private int AnyValue
    {
        get
        {
            if (_anyValue is null)
            {
                var node = _builder.Reserve();
                _anyValue = node;
                _builder.Resolve(node, Build(new SchemaFacts()));
            }

            return _anyValue.Value;
        }
    }

    public int Build(SchemaFacts facts)
    {
        if (facts.Values is not null)
        {
            return BuildValues(facts);
        }

        // Keywords that speak of one kind of value, without a type: that kind is meant.
        var types = facts.NamesType || facts.Hinted == JsonTypes.None ? facts.Types : facts.Types & facts.Hinted;
        var choices = new List<int>();
        if (types.HasFlag(JsonTypes.Object))
        {
            choices.Add(_objects.Build(facts));
        }

        if (types.HasFlag(JsonTypes.Array))
        {
            choices.Add(_arrays.Build(facts));
        }

        if (types.HasFlag(JsonTypes.String))
        {
            choices.Add(BuildString(facts));
        }

        if ((types & JsonTypes.Number) != 0)
        {
            choices.Add(_builder.Terminal(NumberLanguage.Of(NumberOf(facts, types), _builder.Budget)));
        }

        if (types.HasFlag(JsonTypes.Boolean))
        {
            choices.Add(_boolean ??= _builder.Terminal(Dfa.OfTexts(["true"u8.ToArray(), "false"u8.ToArray()])));
        }

        if (types.HasFlag(JsonTypes.Null))
        {
            choices.Add(_null ??= _builder.Terminal(Dfa.OfTexts(["null"u8.ToArray()])));
        }

        return _builder.Choice([.. choices]);
    }

    private static NumberBounds NumberOf(SchemaFacts facts, JsonTypes types) =>
        facts.Number with { AllowsDecimals = types.HasFlag(JsonTypes.Fraction) && facts.Number.MaxDecimals != 0 };

    private int BuildString(SchemaFacts facts)
    {
        if (Content(facts) is { } content)
        {
            return _builder.Terminal(content.Between("\""u8, "\""u8));
        }

        if (facts.MinLength == 0 && facts.MaxLength is null)
        {
            return _builder.Terminal(JsonText.AnyString);
        }

        _quote ??= _builder.Terminal(Dfa.OfTexts(["\""u8.ToArray()]));
        _character ??= _builder.Terminal(JsonText.AnyCharacterLanguage);
        return _builder.Sequence(_quote.Value, _builder.Repeat(_character.Value, facts.MinLength, facts.MaxLength), _quote.Value);
    }

    /// <summary>What patterns and formats allow between the quotes; null where there are none.</summary>
    private Dfa? Content(SchemaFacts facts)
    {
        Dfa? content = null;
        foreach (var (pointer, text) in facts.Patterns)
        {
            try
            {
                var pattern = ByteNfa.ToDfa(PatternParser.Parse(text), _builder.Budget);
                content = content?.Intersect(pattern, _builder.Budget) ?? pattern;
            }
            catch (PatternException exception)
            {
                throw new UnsupportedSchemaException(pointer, $"the pattern {exception.Message}");
            }
            catch (LanguageTooLargeException)
            {
                throw new UnsupportedSchemaException(pointer, "the pattern needs too many states; use smaller repetitions");
            }
        }

        foreach (var (pointer, name) in facts.Formats)
        {
            if (StringFormats.IsAnnotation(name))
            {
                continue;
            }

            var format = StringFormats.Find(name)
                ?? throw new UnsupportedSchemaException(pointer, $"the format is not known; known are {StringFormats.Names}");
            content = content?.Intersect(format, _builder.Budget) ?? format;
        }

        return content is null || (facts.MinLength == 0 && facts.MaxLength is null)
            ? content
            : content.WithLength(JsonText.CanonicalCharacterLanguage, facts.MinLength, facts.MaxLength, _builder.Budget);
    }

    private int BuildValues(SchemaFacts facts)
    {
        var content = new Lazy<Dfa?>(() => Content(facts));
        var scalars = new List<byte[]>();
        var choices = new List<int>();
        foreach (var value in facts.Values!.Where(value => Fits(value, facts, content)))
        {
            var text = Write(value);
            if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                scalars.Add(text);
                continue;
            }

            var node = _builder.Terminal(Dfa.OfTexts([text]));
            for (var depth = Depth(value); depth > 0; depth--)
            {
                node = _builder.Nest(node);
            }

            choices.Add(node);
        }

        choices.Add(_builder.Terminal(Dfa.OfTexts(scalars)));
        return _builder.Choice([.. choices]);
    }

    /// <summary>Whether a value that is listed is allowed by what else holds.</summary>
    private static bool Fits(JsonElement value, SchemaFacts facts, Lazy<Dfa?> content)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return facts.Types.HasFlag(JsonTypes.Null);
            case JsonValueKind.True or JsonValueKind.False:
                return facts.Types.HasFlag(JsonTypes.Boolean);
            case JsonValueKind.String:
                var text = value.GetString()!;
                var length = text.EnumerateRunes().Count();
                return facts.Types.HasFlag(JsonTypes.String) && length >= facts.MinLength && length <= (facts.MaxLength ?? int.MaxValue)
                    && content.Value?.Accepts(JsonText.Quote(text).AsSpan()[1..^1]) is not false;
            case JsonValueKind.Number:
                return FitsNumber(value, facts);
            default:
                var isObject = value.ValueKind == JsonValueKind.Object;
                if (isObject ? facts.Objects.Count + facts.Required.Count + facts.MinProperties > 0 || facts.MaxProperties is not null
                    : facts.Arrays.Count + facts.MinItems > 0 || facts.MaxItems is not null)
                {
                    throw new UnsupportedSchemaException(facts.ValuesPointer, "an object or a list is given where other keywords speak of objects or lists too; leave those out");
                }

                return facts.Types.HasFlag(isObject ? JsonTypes.Object : JsonTypes.Array);
        }
    }

    private static bool FitsNumber(JsonElement value, SchemaFacts facts)
    {
        var bounds = facts.Number;
        if (!value.TryGetDecimal(out var number))
        {
            if (bounds.IsBounded || !facts.Types.HasFlag(JsonTypes.Fraction))
            {
                throw new UnsupportedSchemaException(facts.ValuesPointer, "a number is given that is too large to be compared");
            }

            return true;
        }

        var isWhole = number == decimal.Truncate(number);
        return facts.Types.HasFlag(isWhole ? JsonTypes.Integer : JsonTypes.Fraction)
            && (bounds.Minimum is not { } least || number > least || (number == least && !bounds.ExcludesMinimum))
            && (bounds.Maximum is not { } most || number < most || (number == most && !bounds.ExcludesMaximum))
            && (bounds.MaxDecimals is not { } decimals || decimal.Round(number, decimals) == number)
            && bounds.Divisors.All(divisor => number % divisor == 0);
    }

    private static byte[] Write(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return JsonText.Quote(value.GetString()!);
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            value.WriteTo(writer);
        }

        return stream.ToArray();
    }

    private static int Depth(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => 1 + value.EnumerateObject().Select(member => Depth(member.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => 1 + value.EnumerateArray().Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };
}
