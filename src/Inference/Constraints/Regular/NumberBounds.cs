namespace Hybrid.Inference.Constraints.Regular;

/// <summary>What a schema asks of a number.</summary>
internal sealed record NumberBounds
{
    /// <summary>The least value, or null.</summary>
    public decimal? Minimum { get; init; }

    /// <summary>Whether the least value itself is excluded.</summary>
    public bool ExcludesMinimum { get; init; }

    /// <summary>The greatest value, or null.</summary>
    public decimal? Maximum { get; init; }

    /// <summary>Whether the greatest value itself is excluded.</summary>
    public bool ExcludesMaximum { get; init; }

    /// <summary>Whole numbers that must divide it.</summary>
    public IReadOnlyList<int> Divisors { get; init; } = [];

    /// <summary>Whether it may have decimals.</summary>
    public bool AllowsDecimals { get; init; }

    /// <summary>The most decimals; null for the default.</summary>
    public int? MaxDecimals { get; init; }

    public bool IsBounded => Minimum is not null || Maximum is not null || Divisors.Count > 0 || MaxDecimals is not null;

    public NumberBounds AtLeast(decimal value, bool excluded) =>
        Minimum > value || (Minimum == value && (ExcludesMinimum || !excluded)) ? this : this with { Minimum = value, ExcludesMinimum = excluded };

    public NumberBounds AtMost(decimal value, bool excluded) =>
        Maximum < value || (Maximum == value && (ExcludesMaximum || !excluded)) ? this : this with { Maximum = value, ExcludesMaximum = excluded };
}
