using Spectre.Console;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>A bar with rate and time left on standard error; nothing where that is no terminal.</summary>
internal static class ProgressBar
{
    public static async Task RunAsync(TextWriter error, string what, int total, Func<Action, Task> work)
    {
        if (Console.IsErrorRedirected || error != Console.Error)
        {
            await work(() => { });
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new RateColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(what, maxValue: total);
                await work(() => task.Increment(1));
            });
    }

    private sealed class RateColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Speed is { } speed ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{speed:F1}/s") : "");
    }
}
