using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Hosting;
using Spectre.Console;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>run</c>: a file of prompts, each to its outcome.</summary>
internal static class RunCommand
{
    private const string Description = """
        Answer a file of prompts, one JSON object a line: {"prompt":"..."} or {"messages":[...]}, with an optional id.
        The same file again finishes what is missing and repeats nothing. Exit code 0 if every prompt was answered, 1 if not.

          hybrid-edge run prompts.jsonl --out answers.jsonl
          cat prompts.jsonl | hybrid-edge run - --json
        """;

    private const int MostAtOnce = 16;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    public static Command Create(EdgeContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The file; - reads standard input." };
        var target = new Option<string?>("--out") { Description = "Where to write one JSON line for each prompt, in the file's order." };
        var json = new Option<bool>("--json") { Description = "One JSON line instead of the table." };
        var wait = new Option<bool>("--wait-offline") { Description = "Let prompts that need the cloud wait while it cannot be reached." };
        var command = new Command("run", Description) { file, target, json, wait };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                var configuration = context.Configure(parsed);
                EdgeContext.Settings(configuration);
                var lines = RunFile.Read(await BytesAsync(context, parsed.GetValue(file)!, cancellationToken));
                await using var device = await context.ConnectAsync(parsed, configuration, null, HostPurpose.Command, cancellationToken);
                var begin = TimeProvider.System.GetTimestamp();
                var outcomes = await RunAsync(context, device, lines, parsed.GetValue(wait), cancellationToken);
                await WriteAsync(parsed.GetValue(target), outcomes, cancellationToken);
                var summary = RunSummary.Of(outcomes, TimeProvider.System.GetElapsedTime(begin));
                await ShowAsync(context, summary, parsed.GetValue(json));
                await Pending.SayAsync(context, device, cancellationToken);
                return outcomes.All(outcome => outcome.State == PromptState.Answered) ? ExitCode.Success : ExitCode.Failure;
            },
            cancellationToken));
        return command;
    }

    private static async Task<byte[]> BytesAsync(EdgeContext context, string file, CancellationToken cancellationToken)
    {
        if (file == "-")
        {
            return System.Text.Encoding.UTF8.GetBytes(await context.Input.ReadToEndAsync(cancellationToken));
        }

        return File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken) : throw new UsageException($"There is no file {file}.");
    }

    private static async Task<IReadOnlyList<RunOutcome>> RunAsync(
        EdgeContext context, EdgeDevice device, RunFile file, bool waitOffline, CancellationToken cancellationToken)
    {
        var outcomes = new RunOutcome[file.Lines.Count];
        await ProgressBar.RunAsync(context.Error, "prompts", file.Lines.Count, async advance =>
            await Parallel.ForEachAsync(
                Enumerable.Range(0, file.Lines.Count),
                new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
                async (index, token) =>
                {
                    var (number, line) = file.Lines[index];
                    var body = new PromptBody(line.Prompt, line.Messages, line.Options, line.Model, line.Task, WaitOffline: waitOffline);
                    var prompt = await PostAsync(device, body, file.KeyOf(number, line), number, token);
                    while (prompt.State is PromptState.Accepted or PromptState.Escalated)
                    {
                        prompt = await device.FindAsync(prompt.Id, Wait, token)
                            ?? throw new CommandFailedException($"The device no longer knows prompt {prompt.Id}; is it the same data folder?");
                    }

                    outcomes[index] = new RunOutcome(
                        number, line.Id, prompt.Id, prompt.State, prompt.Route, prompt.Reason, prompt.Confidence, prompt.Answer, prompt.Model,
                        prompt.Usage, prompt.Cost, prompt.Error, prompt.Timings.TotalMs);
                    advance();
                }));
        return outcomes;
    }

    private static async Task<PromptView> PostAsync(EdgeDevice device, PromptBody body, string key, int number, CancellationToken cancellationToken)
    {
        try
        {
            return await device.PostAsync(body, key, Wait, cancellationToken);
        }
        catch (CommandFailedException exception)
        {
            throw new CommandFailedException($"Line {number}: {exception.Message}");
        }
    }

    private static async Task WriteAsync(string? target, IReadOnlyList<RunOutcome> outcomes, CancellationToken cancellationToken)
    {
        if (target is null)
        {
            return;
        }

        var temporary = target + ".part";
        await File.WriteAllLinesAsync(temporary, outcomes.Select(outcome => JsonSerializer.Serialize(outcome, RunJson.Default.RunOutcome)), cancellationToken);
        File.Move(temporary, target, overwrite: true);
    }

    private static async Task ShowAsync(EdgeContext context, RunSummary summary, bool json)
    {
        if (json)
        {
            await context.Output.WriteLineAsync(JsonSerializer.Serialize(summary, RunJson.Default.RunSummary));
            return;
        }

        var table = new Table().AddColumns("route", "count", "p50 ms", "p95 ms", "tokens", "cost");
        foreach (var route in summary.Routes)
        {
            table.AddRow(
                route.Route,
                route.Count.ToString(CultureInfo.InvariantCulture),
                route.P50Ms.ToString("F0", CultureInfo.InvariantCulture),
                route.P95Ms.ToString("F0", CultureInfo.InvariantCulture),
                route.OutputTokens.ToString(CultureInfo.InvariantCulture),
                string.Join(", ", route.Costs.Select(cost => string.Create(CultureInfo.InvariantCulture, $"{cost.Amount} {cost.Currency}"))));
        }

        Tables.On(context.Output).Write(table);
    }
}
