using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Hosting;
using Hybrid.EdgeWorker.Journal;
using Spectre.Console;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>outbox</c>: what waits to be sent.</summary>
internal static class OutboxCommand
{
    public static Command Create(EdgeContext context)
    {
        var json = new Option<bool>("--json") { Description = "The whole status as one JSON line." };
        var command = new Command("outbox", "Show what waits to be sent, and whether the cloud can be reached.\n\n  hybrid-edge outbox\n  hybrid-edge outbox --json") { json };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                await using var device = await context.ConnectAsync(parsed, context.Configure(parsed), null, HostPurpose.Look, cancellationToken);
                var status = await device.StatusAsync(cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.Output.WriteLineAsync(JsonSerializer.Serialize(status, ApiJson.Default.StatusView));
                    return ExitCode.Success;
                }

                var table = new Table().AddColumns("queue", "pending", "oldest", "failed attempts", "last error");
                foreach (var queue in status.Outbox)
                {
                    table.AddRow(
                        queue.Queue,
                        queue.Pending.ToString(CultureInfo.InvariantCulture),
                        queue.Oldest.ToString("u", CultureInfo.InvariantCulture),
                        queue.MostAttempts.ToString(CultureInfo.InvariantCulture),
                        Markup.Escape(queue.LastError ?? ""));
                }

                Tables.On(context.Output).Write(table);
                if (status.Counters.GetValueOrDefault(Counter.DroppedResults) is > 0 and var dropped)
                {
                    await context.Output.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{dropped} results were dropped because more than {JournalOptions.SectionName}:{nameof(JournalOptions.MaxResults)} ")
                        + "waited; their prompts keep their outcomes.");
                }

                await context.Output.WriteLineAsync(status.Cloud.Reachable switch
                {
                    true => "The queue can be reached.",
                    false => $"The queue cannot be reached: {status.Cloud.Trouble}",
                    _ => "Nobody has tried to reach the queue yet.",
                });
                return ExitCode.Success;
            },
            cancellationToken));
        return command;
    }
}
