namespace Hybrid.Pipeline.Bench;

/// <summary>One line of a table.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Value">The median, or the figure itself.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="High">99 of 100 lay below; null where there is one figure only.</param>
/// <param name="AtMost">The bound; null if there is none.</param>
internal sealed record Figure(string Name, string Key, double Value, string Unit, double? High = null, double? AtMost = null)
{
    public bool Holds => AtMost is not { } most || Value <= most;

    /// <summary>Median and 99th percentile.</summary>
    public static Figure Of(string name, string key, IEnumerable<double> values, string unit, double? atMost = null)
    {
        var sorted = values.Order().ToArray();
        return new Figure(name, key, sorted[sorted.Length / 2], unit, sorted[sorted.Length * 99 / 100], atMost);
    }
}
