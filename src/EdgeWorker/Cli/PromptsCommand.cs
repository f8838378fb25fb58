using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Hosting;
using Spectre.Console;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>prompts</c>: look into the journal, ask again.</summary>
internal static class PromptsCommand
{
    private const string Description = """
        Look at prompts and their outcomes.

          hybrid-edge prompts list --state failed
          hybrid-edge prompts show 019a...
          hybrid-edge prompts trace 019a...
          hybrid-edge prompts retry 019a...
        """;

    public static Command Create(EdgeContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON line instead of a table.", Recursive = true };
        return new Command("prompts", Description) { json, List(context, json), Show(context, json), Trace(context, json), Retry(context, json) };
    }

    private static Command List(EdgeContext context, Option<bool> json)
    {
        var state = new Option<string?>("--state") { Description = "Only prompts of this state." };
        state.AcceptOnlyFromAmong([.. Enum.GetNames<PromptState>().Select(name => name.ToLowerInvariant())]);
        var most = new Option<int>("--most") { Description = "At most so many, 1 to 1000.", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "The newest prompts first.") { state, most };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                await using var device = await context.ConnectAsync(parsed, context.Configure(parsed), null, HostPurpose.Look, cancellationToken);
                var list = await device.ListAsync(parsed.GetValue(state), parsed.GetValue(most), cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.Output.WriteLineAsync(JsonSerializer.Serialize(list, ApiJson.Default.PromptListView));
                    return ExitCode.Success;
                }

                var table = new Table().AddColumns("id", "state", "route", "reason", "confidence", "ms", "accepted");
                foreach (var prompt in list.Prompts)
                {
                    table.AddRow(
                        prompt.Id.ToString(),
                        prompt.State.ToString().ToLowerInvariant(),
                        prompt.Route?.ToString() ?? "",
                        Markup.Escape(prompt.Reason?.Value ?? ""),
                        prompt.Confidence?.ToString("F3", CultureInfo.InvariantCulture) ?? "",
                        prompt.Timings.TotalMs?.ToString("F0", CultureInfo.InvariantCulture) ?? "",
                        prompt.Timings.AcceptedAt.ToString("u", CultureInfo.InvariantCulture));
                }

                Tables.On(context.Output).Write(table);
                return ExitCode.Success;
            },
            cancellationToken));
        return command;
    }

    private static Command Show(EdgeContext context, Option<bool> json) => OfOne(
        context, "show", "One prompt with its answer.", HostPurpose.Look, async (device, id, parsed, cancellationToken) =>
        {
            var prompt = await device.FindAsync(id, TimeSpan.Zero, cancellationToken) ?? throw NotFound(id);
            await WriteAsync(context, prompt, parsed.GetValue(json));
        });

    private static Command Trace(EdgeContext context, Option<bool> json) => OfOne(
        context, "trace", "Every change of a prompt's state, with its time.", HostPurpose.Look, async (device, id, parsed, cancellationToken) =>
        {
            var trace = await device.TraceAsync(id, cancellationToken) ?? throw NotFound(id);
            if (parsed.GetValue(json))
            {
                await context.Output.WriteLineAsync(JsonSerializer.Serialize(trace, ApiJson.Default.TraceView));
                return;
            }

            var table = new Table().AddColumns("at", "state", "route", "reason", "detail");
            foreach (var step in trace.Transitions)
            {
                table.AddRow(
                    step.At.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                    step.To.ToString(),
                    step.Route?.ToString() ?? "",
                    Markup.Escape(step.Reason?.Value ?? ""),
                    Markup.Escape(step.Detail ?? ""));
            }

            Tables.On(context.Output).Write(table);
        });

    private static Command Retry(EdgeContext context, Option<bool> json) => OfOne(
        context, "retry", "Ask an ended prompt again, as a new one.", HostPurpose.Command, async (device, id, parsed, cancellationToken) =>
        {
            var prompt = await device.RetryAsync(id, cancellationToken);
            // Where this process hosts the device, nobody else would finish the prompt.
            prompt = device.IsHosted ? await device.FindAsync(prompt.Id, TimeSpan.FromMinutes(1), cancellationToken) ?? prompt : prompt;
            await WriteAsync(context, prompt, parsed.GetValue(json));
            await Pending.SayAsync(context, device, cancellationToken);
        });

    private static Command OfOne(
        EdgeContext context, string name, string description, HostPurpose purpose, Func<EdgeDevice, Guid, ParseResult, CancellationToken, Task> work)
    {
        var id = new Argument<Guid>("ID") { Description = "The prompt's id." };
        var command = new Command(name, description) { id };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                await using var device = await context.ConnectAsync(parsed, context.Configure(parsed), null, purpose, cancellationToken);
                await work(device, parsed.GetValue(id), parsed, cancellationToken);
                return ExitCode.Success;
            },
            cancellationToken));
        return command;
    }

    private static async Task WriteAsync(EdgeContext context, PromptView prompt, bool json)
    {
        if (json)
        {
            await context.Output.WriteLineAsync(JsonSerializer.Serialize(prompt, ApiJson.Default.PromptView));
            return;
        }

        var table = new Table { ShowHeaders = false }.AddColumns("", "");
        foreach (var (name, value) in new (string, string?)[]
        {
            ("id", prompt.Id.ToString()), ("state", prompt.State.ToString().ToLowerInvariant()), ("route", prompt.Route?.ToString()), ("reason", prompt.Reason?.Value),
            ("detail", prompt.Detail), ("confidence", prompt.Confidence?.ToString("F3", CultureInfo.InvariantCulture)), ("model", prompt.Model),
            ("answer", prompt.Answer), ("error", prompt.Error?.Message), ("retry of", prompt.RetryOf?.ToString()),
            ("ms", prompt.Timings.TotalMs?.ToString("F0", CultureInfo.InvariantCulture)),
        })
        {
            if (value is not null)
            {
                table.AddRow(name, Markup.Escape(value));
            }
        }

        Tables.On(context.Output).Write(table);
    }

    private static CommandFailedException NotFound(Guid id) => new($"This device has no prompt {id}.");
}
