using System.Globalization;
using Spectre.Console;

namespace Hybrid.LocalStack.Demo;

/// <summary>The outcomes for people.</summary>
internal static class DemoTable
{
    public static Table Of(IReadOnlyList<DemoOutcome> outcomes, DemoSummary summary)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("route");
        foreach (var column in new[] { "prompts", "correct", "p50 ms", "p95 ms" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        Add("local", summary.Local, outcomes.Count(outcome => outcome.IsRight && outcome.Route == "local"), "local");
        Add("cloud", summary.Cloud, outcomes.Count(outcome => outcome.IsRight && outcome.Route == "cloud"), "cloud");
        table.AddRow("failed", Text(summary.Failed), "", "", "");
        table.AddRow("lost", Text(summary.Lost), "", "", "");
        table.AddRow("all", Text(summary.Prompts), Text(summary.Correct), "", "");
        if (summary.LargeCorrect is { } correct)
        {
            table.AddRow("large alone", Text(summary.Prompts), Text(correct), "", "");
        }

        table.Caption(string.Create(CultureInfo.InvariantCulture, $"{summary.ElapsedS:F1} s"));
        return table;

        void Add(string name, int count, int right, string route) => table.AddRow(
            name,
            Text(count),
            Text(right),
            Text(DemoSummary.Percentile(outcomes, route, 0.5)),
            Text(DemoSummary.Percentile(outcomes, route, 0.95)));
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
