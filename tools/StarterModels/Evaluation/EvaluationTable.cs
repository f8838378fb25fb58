using System.Globalization;
using Spectre.Console;

namespace Hybrid.StarterModels.Evaluation;

/// <summary>Shows a report on the console.</summary>
internal static class EvaluationTable
{
    private static readonly double[] Shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1];

    public static void Show(TextWriter output, EvaluationReport report)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("task", "class");
        foreach (var column in new[] { "n", "small", "large", "AUROC of confidence" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var row in report.Tasks.Concat(report.Classes).Append(report.All))
        {
            var count = row.Count.ToString(CultureInfo.InvariantCulture);
            table.AddRow(row.Name, row.Difficulty, count, Percent(row.Small), Percent(row.Large), Fraction(row.Auroc));
        }

        console.Write(table);
        console.WriteLine(
            $"Escalating the least confident {Percent(report.Kept.Escalated)} keeps 98 % of the large model's accuracy "
            + $"(mean log-probability below {Fraction(report.Kept.Threshold)}).");
        var cascade = new Table().Border(TableBorder.Simple)
            .AddColumn(new TableColumn("escalated").RightAligned())
            .AddColumn(new TableColumn("accuracy of the pair").RightAligned());
        foreach (var share in Shares)
        {
            cascade.AddRow(Percent(share), Percent(report.Curve.AccuracyAt(share)));
        }

        console.Write(cascade);
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Fraction(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
