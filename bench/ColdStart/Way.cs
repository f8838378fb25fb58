namespace Hybrid.ColdStart.Bench;

/// <summary>One way to compile the program, and what was measured of it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Program">The published program.</param>
internal sealed record Way(string Name, string Key, string Program)
{
    private readonly List<(double Milliseconds, double Megabytes)> _starts = [];

    /// <summary>The median of the starts, in milliseconds.</summary>
    public double Median => Middle(_starts.Select(start => start.Milliseconds));

    /// <summary>The slowest start, in milliseconds.</summary>
    public double Slowest => _starts.Max(start => start.Milliseconds);

    /// <summary>The median of the resident memory at the first answer, in megabytes.</summary>
    public double Megabytes => Middle(_starts.Select(start => start.Megabytes));

    public void Add((double Milliseconds, double Megabytes) start) => _starts.Add(start);

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
