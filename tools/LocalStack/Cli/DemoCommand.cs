using System.CommandLine;
using System.Text.Json;
using Hybrid.LocalStack.Demo;
using Hybrid.LocalStack.Stack;
using Spectre.Console;

namespace Hybrid.LocalStack.Cli;

/// <summary><c>demo</c>: the sample prompts through the whole stack.</summary>
internal static class DemoCommand
{
    private const string Description =
        "Bring the stack up on free ports with fresh state, send the sample prompts through it, and count.\n" +
        "Ends with 0 only if every prompt has an outcome.";

    /// <summary>A prompt without an outcome after this is lost.</summary>
    private static readonly TimeSpan PromptLimit = TimeSpan.FromMinutes(5);

    public static Command Create(StackLayout layout, TextWriter output, TextWriter error)
    {
        var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of the table." };
        var baseline = new Option<bool>("--baseline") { Description = "Ask the large model everything too, and count what it gets right." };
        var prompts = new Option<string>("--prompts")
        {
            Description = "Other prompts: lines with id, prompt and answer.",
            DefaultValueFactory = _ => layout.Prompts,
        };
        var concurrency = new Option<int>("--concurrency") { Description = "Prompts under way at once.", DefaultValueFactory = _ => 8 };
        var mode = new Option<string?>("--mode") { Description = "The device's mode: LocalFirst, CloudFirst, LocalOnly or CloudOnly." };
        var func = new Option<bool>("--func") { Description = "Run the cloud functions with Azure Functions Core Tools (func start)." };
        concurrency.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var count) || count is < 1 or > 1000))
            {
                result.AddError($"--concurrency is '{token.Value}'; it must lie in 1 to 1000.");
            }
        });
        var command = new Command("demo", Description) { json, baseline, prompts, concurrency, mode, func };
        command.SetAction((parsed, cancellationToken) => StackCommand.GuardAsync(
            () => new Session(
                layout,
                new StackOptions
                {
                    Folder = Path.Combine(layout.State, "demo"),
                    Mode = parsed.GetValue(mode),
                    Func = parsed.GetValue(func),
                },
                parsed.GetValue(prompts)!,
                parsed.GetValue(concurrency),
                parsed.GetValue(baseline),
                parsed.GetValue(json),
                output,
                error).RunAsync(cancellationToken),
            error,
            cancellationToken));
        return command;
    }

    private sealed record Session(
        StackLayout Layout,
        StackOptions Options,
        string Prompts,
        int Concurrency,
        bool Baseline,
        bool Json,
        TextWriter Output,
        TextWriter Error)
    {
        private static bool IsTerminal => !Console.IsErrorRedirected;

        public async Task<int> RunAsync(CancellationToken cancellationToken)
        {
            var prompts = await PromptFile.ReadAsync(Prompts, cancellationToken);
            using var state = StackState.Take(Layout.State, Path.GetFileName(Options.Folder), fresh: true);
            var logPath = Path.Combine(Options.Folder, "log.txt");
            await using var logFile = new StreamWriter(logPath);
            await Error.WriteLineAsync($"Starting the stack; the first time in a checkout also installs the emulator. Its log: {logPath}");
            await using var stack = await RunningStack.StartAsync(Layout, Options, new StackLog(logFile), cancellationToken);

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var death = stack.WaitForDeathAsync(stop.Token);
            var asking = AskAsync(stack, prompts, stop.Token);
            if (await Task.WhenAny(death, asking) == death && !cancellationToken.IsCancellationRequested)
            {
                await stop.CancelAsync();
                var (name, exitCode) = await death;
                await Error.WriteLineAsync($"{name} ended with {exitCode} during the demo; {logPath} says why.");
                return ExitCode.Failure;
            }

            var code = await asking;
            await stop.CancelAsync();
            return code;
        }

        private async Task<int> AskAsync(RunningStack stack, IReadOnlyList<DemoPrompt> prompts, CancellationToken cancellationToken)
        {
            var start = TimeProvider.System.GetTimestamp();
            using var edge = PromptClient.ForEdge(stack.Edge, PromptLimit);
            var outcomes = await new DemoRun(edge, Concurrency, Progress("prompts", prompts)).AskAllAsync(prompts, cancellationToken);
            var elapsed = TimeProvider.System.GetElapsedTime(start);

            IReadOnlyList<DemoOutcome>? baseline = null;
            if (Baseline)
            {
                using var cloud = PromptClient.ForCloud(stack.Cloud, PromptLimit);
                var run = new DemoRun(cloud, Concurrency, Progress("large model alone", prompts));
                baseline = await run.AskAllAsync(prompts, cancellationToken);
            }

            var summary = DemoSummary.Of(outcomes, baseline, elapsed);
            if (Json)
            {
                await Output.WriteLineAsync(JsonSerializer.Serialize(summary, DemoJson.Default.DemoSummary));
            }
            else
            {
                AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) }).Write(DemoTable.Of(outcomes, summary));
            }

            return summary.Lost == 0 ? ExitCode.Success : ExitCode.Failure;
        }

        private DemoProgress Progress(string what, IReadOnlyList<DemoPrompt> prompts) => new(Error, IsTerminal, what, prompts.Count);
    }
}
