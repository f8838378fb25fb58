using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Hybrid.Pipeline.Bench;

/// <summary>Prints figures.</summary>
internal static class Report
{
    /// <returns>The exit code: 1 if a bound is not kept.</returns>
    public static int Print(IReadOnlyList<Figure> figures, bool json)
    {
        if (json)
        {
            Console.WriteLine(new JsonObject(figures.SelectMany(figure => new[]
            {
                KeyValuePair.Create(figure.Key, (JsonNode?)Math.Round(figure.Value, 3)),
                KeyValuePair.Create($"{figure.Key}P99", figure.High is { } high ? (JsonNode?)Math.Round(high, 3) : null),
            }).Where(pair => pair.Value is not null)).ToJsonString());
        }
        else
        {
            var table = new Table().AddColumns("figure", "median", "p99", "bound", "holds");
            foreach (var figure in figures)
            {
                table.AddRow(
                    Markup.Escape(figure.Name),
                    Text(figure.Value, figure.Unit),
                    figure.High is { } high ? Text(high, figure.Unit) : "",
                    figure.AtMost is { } most ? $"≤ {Text(most, figure.Unit)}" : "",
                    figure.AtMost is null ? "" : figure.Holds ? "yes" : "NO");
            }

            AnsiConsole.Write(table);
        }

        return figures.All(figure => figure.Holds) ? 0 : 1;
    }

    private static string Text(double value, string unit) => $"{value.ToString("G3", CultureInfo.InvariantCulture)} {unit}".TrimEnd();
}
