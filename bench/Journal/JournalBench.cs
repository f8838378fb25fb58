using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Spectre.Console;

namespace Hybrid.Journal.Bench;

/// <summary>Durable acceptance: the door of the pipeline and the journal behind it, with nothing working on what was accepted.</summary>
internal static class JournalBench
{
    private const string Question = "What does alarm E-104 mean, and which part has to be replaced?";
    private static readonly int[] Callers = [1, 16, 64];

    public static async Task<int> RunAsync(TimeSpan duration, string parent, bool json, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"hybrid-journal-bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            var figures = new List<AcceptFigure>();
            foreach (var callers in Callers)
            {
                var data = Directory.CreateDirectory(Path.Combine(folder, $"{callers}")).FullName;
                var (perSecond, times) = await AcceptAsync(data, callers, duration, cancellationToken);
                var bare = BareInserts.Measure(folder, callers, $$"""[{"role":"user","content":"{{Question}}"}]""", duration);
                figures.Add(new AcceptFigure(callers, perSecond, times[times.Length / 2], times[times.Length * 99 / 100], bare));
            }

            Print(figures, json);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double PerSecond, double[] SortedMs)> AcceptAsync(
        string folder, int callers, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var journal = PromptJournal.Open(
            folder, epoch => new JournalEvents("bench", epoch, publishText: false), new JournalOptions { Folder = folder }, TimeProvider.System);
        using var models = LocalModels.None();
        var (queue, routing, options) = (new PromptQueue(), new RoutingOptions(), new PipelineOptions { MaxOpen = 1_000_000 });
        var needs = new PromptNeeds(new Chores(routing), routing);
        var headStarts = new HeadStarts(
            models, new PromptRouting(new Router(routing), needs, models, new CloudLink(), routing, options, TimeProvider.System), queue);
        var intake = new PromptIntake(
            journal, queue, new PromptBoard(), headStarts, models, needs, routing, options, new IntakeLimits(), TimeProvider.System);
        await HandInAsync(intake, callers, TimeSpan.FromSeconds(1), cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var times = await HandInAsync(intake, callers, duration, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(times);
        return (times.Length / elapsed, times);
    }

    private static async Task<double[]> HandInAsync(PromptIntake intake, int callers, TimeSpan duration, CancellationToken cancellationToken)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync, cancellationToken)));
        return [.. all.SelectMany(times => times)];

        async Task<List<double>> CallAsync()
        {
            var times = new List<double>();
            while (Stopwatch.GetTimestamp() < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var start = Stopwatch.GetTimestamp();
                await intake.AcceptAsync(new PromptRequest { Messages = [new PromptMessage(MessageRole.User, Question)] }, watch: false);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return times;
        }
    }

    private static void Print(List<AcceptFigure> figures, bool json)
    {
        if (json)
        {
            Console.WriteLine(new JsonArray([.. figures.Select(figure => (JsonNode)new JsonObject
            {
                ["callers"] = figure.Callers,
                ["perSecond"] = figure.PerSecond,
                ["p50Ms"] = figure.P50Ms,
                ["p99Ms"] = figure.P99Ms,
                ["barePerSecond"] = figure.BarePerSecond,
                ["ratio"] = figure.Ratio,
            })]).ToJsonString());
            return;
        }

        var table = new Table().AddColumns("callers", "accepted/s", "p50 ms", "p99 ms", "bare SQLite rows/s", "ratio");
        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Callers.ToString(CultureInfo.InvariantCulture),
                figure.PerSecond.ToString("F0", CultureInfo.InvariantCulture),
                figure.P50Ms.ToString("F2", CultureInfo.InvariantCulture),
                figure.P99Ms.ToString("F2", CultureInfo.InvariantCulture),
                figure.BarePerSecond.ToString("F0", CultureInfo.InvariantCulture),
                figure.Ratio.ToString("F2", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }
}
