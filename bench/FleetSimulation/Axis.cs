using System.Globalization;

namespace Hybrid.FleetSimulation;

/// <summary>An axis of a plot.</summary>
/// <param name="Name">Beside it, with the unit.</param>
/// <param name="Least">Where it begins; above 0 if logarithmic.</param>
/// <param name="Most">Where it ends.</param>
/// <param name="Ticks">Where it is marked.</param>
/// <param name="IsLogarithmic">Whether equal factors, not differences, are equally far.</param>
internal sealed record Axis(string Name, double Least, double Most, IReadOnlyList<double> Ticks, bool IsLogarithmic = false)
{
    /// <summary>Where a value lies: 0 at the beginning, 1 at the end; what is beyond lies at the edge.</summary>
    public double PlaceOf(double value)
    {
        var place = IsLogarithmic
            ? Math.Log(Math.Max(value, Least) / Least) / Math.Log(Most / Least)
            : (value - Least) / (Most - Least);
        return Math.Clamp(place, 0, 1);
    }

    /// <summary>A tick's text.</summary>
    public static string Label(double tick) => tick switch
    {
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{tick / 1_000_000:0.##} M"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{tick / 1_000:0.##} k"),
        _ => tick.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
