using System.Globalization;

namespace Hybrid.Inference.Constraints.Regular;

/// <summary>The numbers within bounds, as they may be written.</summary>
/// <remarks>
/// Numbers are kept to what a double holds exactly enough: up to 15 digits before the point (more where a bound has more), up to 15 after
/// it (6 where there are bounds) and, without bounds, an exponent of two digits.
/// </remarks>
internal static class NumberLanguage
{
    private const int MaxIntegerDigits = 15;
    private const int MaxDecimals = 15;
    private const int MaxBoundedDecimals = 6;

    private static readonly Regex Digit = Regex.Of('0', '9');
    private static readonly Regex Point = Regex.Literal("."u8);
    private static readonly Regex AnyDecimals = Regex.Concat(Point, Digit.Times(1, null)).Optional();

    /// <summary>Any number.</summary>
    public static Dfa AnyNumber { get; } = ByteNfa.ToDfa(Regex.Concat(
        Regex.Literal("-"u8).Optional(),
        Integer(MaxIntegerDigits),
        Regex.Concat(Point, Digit.Times(1, MaxDecimals)).Optional(),
        Regex.Concat(Regex.Or(Regex.Of('e', 'e'), Regex.Of('E', 'E')), Regex.Or(Regex.Of('+', '+'), Regex.Of('-', '-')).Optional(), Digit.Times(1, 2)).Optional()), new WorkBudget());

    /// <summary>Any whole number.</summary>
    public static Dfa AnyInteger { get; } = ByteNfa.ToDfa(Regex.Concat(Regex.Literal("-"u8).Optional(), Integer(MaxIntegerDigits)), new WorkBudget());

    /// <exception cref="LanguageTooLargeException">It would be too large.</exception>
    public static Dfa Of(NumberBounds bounds, WorkBudget budget)
    {
        if (!bounds.IsBounded)
        {
            return bounds.AllowsDecimals ? AnyNumber : AnyInteger;
        }

        var from = bounds.Minimum is { } minimum ? new Bound(minimum, bounds.ExcludesMinimum) : (Bound?)null;
        var to = bounds.Maximum is { } maximum ? new Bound(maximum, bounds.ExcludesMaximum) : (Bound?)null;
        if (!bounds.AllowsDecimals)
        {
            from = from is { } least ? new Bound(least.Excluded ? decimal.Floor(least.Value) + 1 : decimal.Ceiling(least.Value), false) : null;
            to = to is { } most ? new Bound(most.Excluded ? decimal.Ceiling(most.Value) - 1 : decimal.Floor(most.Value), false) : null;
        }

        // Zero counts as positive; "-0" is left out.
        var positive = Magnitude(bounds, from is { Value: < 0 } ? null : from, to, to is { Value: < 0 }, budget);
        var negative = Magnitude(bounds, to is { Value: < 0 } below ? below.Negated : new Bound(0, true), from?.Negated, from is { Value: >= 0 }, budget)
            .Between("-"u8, []);
        return positive.OrElse(negative);
    }

    /// <summary>Numbers without sign.</summary>
    private static Dfa Magnitude(NumberBounds bounds, Bound? from, Bound? to, bool isEmpty, WorkBudget budget)
    {
        if (isEmpty || (from is { } low && to is { } high && low.Value > high.Value))
        {
            return Dfa.Empty;
        }

        var digits = Math.Max(MaxIntegerDigits, Math.Max((from?.IntegerDigits.Length ?? 0) + 1, to?.IntegerDigits.Length ?? 0));
        var decimals = bounds.MaxDecimals ?? Math.Max(MaxBoundedDecimals, Math.Max(from?.Decimals.Length ?? 0, to?.Decimals.Length ?? 0) + 1);
        var form = bounds.AllowsDecimals && decimals > 0
            ? Regex.Concat(Integer(digits), Regex.Concat(Point, Digit.Times(1, decimals)).Optional())
            : Integer(digits);
        var language = ByteNfa.ToDfa(form, budget);
        if (from is { } least)
        {
            language = language.Intersect(ByteNfa.ToDfa(AtLeast(least), budget), budget);
        }

        if (to is { } most)
        {
            language = language.Intersect(ByteNfa.ToDfa(AtMost(most), budget), budget);
        }

        foreach (var divisor in bounds.Divisors)
        {
            language = language.Intersect(MultiplesOf(divisor), budget);
        }

        return language;
    }

    private static Regex Integer(int digits) =>
        Regex.Or(Regex.Literal("0"u8), Regex.Concat(Regex.Of('1', '9'), Digit.Times(0, digits - 1)));

    private static Regex.Choice AtLeast(Bound bound)
    {
        var digits = bound.IntegerDigits;
        var choices = new List<Regex>
        {
            Regex.Concat(Digit.Times(digits.Length + 1, null), AnyDecimals),
            Regex.Concat(Ahead(digits, larger: true), AnyDecimals),
        };

        // The same whole part: then the decimals decide, and missing ones are zeros.
        var decimals = bound.Decimals;
        var same = Literal(digits);
        if (decimals.Length == 0)
        {
            choices.Add(bound.Excluded ? Regex.Concat(same, Point, Digit.Times(0, null), Regex.Of('1', '9'), Digit.Times(0, null)) : Regex.Concat(same, AnyDecimals));
        }
        else
        {
            choices.Add(Regex.Concat(same, Point, Ahead(decimals, larger: true, open: true)));
            choices.Add(Regex.Concat(
                same, Point, Literal(decimals), bound.Excluded ? Regex.Concat(Digit.Times(0, null), Regex.Of('1', '9'), Digit.Times(0, null)) : Digit.Times(0, null)));
        }

        return new Regex.Choice(choices);
    }

    private static Regex.Choice AtMost(Bound bound)
    {
        var digits = bound.IntegerDigits;
        var choices = new List<Regex> { Regex.Concat(Ahead(digits, larger: false), AnyDecimals) };
        if (digits.Length > 1)
        {
            choices.Add(Regex.Concat(Digit.Times(1, digits.Length - 1), AnyDecimals));
        }

        var decimals = bound.Decimals;
        var same = Literal(digits);
        var zeros = Regex.Of('0', '0').Times(0, null);
        if (decimals.Length == 0)
        {
            if (!bound.Excluded)
            {
                choices.Add(Regex.Concat(same, Regex.Concat(Point, Regex.Of('0', '0').Times(1, null)).Optional()));
            }
        }
        else
        {
            choices.Add(same);
            choices.Add(Regex.Concat(same, Point, Ahead(decimals, larger: false, open: true)));
            for (var length = 1; length < decimals.Length; length++)
            {
                // Decimals end in a digit that is not zero, so a beginning of them is less.
                choices.Add(Regex.Concat(same, Point, Literal(decimals[..length])));
            }

            if (!bound.Excluded)
            {
                choices.Add(Regex.Concat(same, Point, Literal(decimals), zeros));
            }
        }

        return new Regex.Choice(choices);
    }

    /// <summary>Digits that begin as the given ones and then have a larger (or smaller) one.</summary>
    /// <param name="digits">The digits.</param>
    /// <param name="larger">Whether larger.</param>
    /// <param name="open">Whether any number of digits may follow, instead of as many as are given.</param>
    private static Regex.Choice Ahead(string digits, bool larger, bool open = false)
    {
        var choices = new List<Regex>();
        for (var at = 0; at < digits.Length; at++)
        {
            var digit = digits[at];
            if (digit == (larger ? '9' : '0'))
            {
                continue;
            }

            var rest = open ? Digit.Times(0, null) : Digit.Times(digits.Length - at - 1, digits.Length - at - 1);
            choices.Add(Regex.Concat(
                Literal(digits[..at]), larger ? Regex.Of((char)(digit + 1), '9') : Regex.Of('0', (char)(digit - 1)), rest));
        }

        return new Regex.Choice(choices);
    }

    /// <summary>Digits whose number is a multiple.</summary>
    private static Dfa MultiplesOf(int divisor)
    {
        var builder = new DfaBuilder(int.MaxValue);
        builder.AddState(false);
        for (var rest = 0; rest < divisor; rest++)
        {
            builder.AddState(rest == 0);
        }

        for (var state = 0; state <= divisor; state++)
        {
            var rest = Math.Max(0, state - 1);
            for (var digit = 0; digit < 10; digit++)
            {
                builder.AddEdge(state, (byte)('0' + digit), (byte)('0' + digit), 1 + (int)(((10L * rest) + digit) % divisor));
            }
        }

        return builder.Build();
    }

    private static Regex Literal(string digits) => Regex.Literal(System.Text.Encoding.ASCII.GetBytes(digits));

    private readonly record struct Bound(decimal Value, bool Excluded)
    {
        public Bound Negated => new(-Value, Excluded);

        public string IntegerDigits => decimal.Truncate(decimal.Abs(Value)).ToString("F0", CultureInfo.InvariantCulture);

        /// <summary>The digits after the point, without zeros at the end.</summary>
        public string Decimals
        {
            get
            {
                var text = decimal.Abs(Value).ToString(CultureInfo.InvariantCulture);
                var point = text.IndexOf('.', StringComparison.Ordinal);
                return point < 0 ? "" : text[(point + 1)..].TrimEnd('0');
            }
        }
    }
}
