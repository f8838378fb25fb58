using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Hybrid.ColdStart.Bench;

/// <summary>Prints what was measured.</summary>
internal static class Report
{
    /// <summary>What machine code may take of the time of the other (issue 8).</summary>
    private const double MostRatio = 0.25;

    /// <returns>The exit code: 1 if the goal is missed.</returns>
    public static int Print(Way jit, Way aot, bool json)
    {
        var ratio = aot.Median / jit.Median;
        if (json)
        {
            var line = new JsonObject();
            foreach (var way in new[] { jit, aot })
            {
                line[$"{way.Key}Ms"] = Math.Round(way.Median, 1);
                line[$"{way.Key}SlowestMs"] = Math.Round(way.Slowest, 1);
                line[$"{way.Key}MB"] = Math.Round(way.Megabytes, 1);
            }

            line["ratio"] = Math.Round(ratio, 3);
            Console.WriteLine(line.ToJsonString());
        }
        else
        {
            var table = new Table().AddColumns("start to first HTTP 200", "median", "slowest", "memory");
            foreach (var way in new[] { jit, aot })
            {
                table.AddRow(way.Name, Text(way.Median, "ms"), Text(way.Slowest, "ms"), Text(way.Megabytes, "MB"));
            }

            AnsiConsole.Write(table);
            AnsiConsole.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"machine code takes {ratio:F2} of the time; at most {MostRatio} is the goal: {(ratio <= MostRatio ? "kept" : "MISSED")}"));
        }

        return ratio <= MostRatio ? 0 : 1;
    }

    private static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:F0} {unit}");
}
