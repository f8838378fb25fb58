using System.CommandLine;
using System.Text.Json;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Hosting;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Journal.Recovery;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>journal</c>: whether the journal is sound, and what to do if it is not. Only while no device runs on it.</summary>
internal static class JournalCommand
{
    private const string CheckDescription = """
        Read the whole journal and say whether it is as it was written. Changes nothing.
        Exit code 0 if it is sound, 1 if it is damaged, 2 if there is none here to check, or a device runs on it.

          hybrid-edge journal check --data /var/lib/hybrid
        """;

    private const string RecoverDescription = """
        Set a damaged journal aside under a new name, and write a new one with everything that can be read and believed.
        A sound journal is left as it is. Exit code 0 if the journal is sound in the end, 1 if not, 2 as for check.

          hybrid-edge journal recover --data /var/lib/hybrid
        """;

    public static Command Create(EdgeContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON line.", Recursive = true };
        var check = new Command("check", CheckDescription);
        check.SetAction(
            (parsed, token) => context.GuardAsync(() => CheckAsync(context, parsed, parsed.GetValue(json)), token));
        var recover = new Command("recover", RecoverDescription);
        recover.SetAction(
            (parsed, token) => context.GuardAsync(() => RecoverAsync(context, parsed, parsed.GetValue(json)), token));
        return new Command("journal", "Check the journal of a device that is not running, or recover a damaged one.")
        {
            check, recover, json,
        };
    }

    private static async Task<int> CheckAsync(EdgeContext context, ParseResult parsed, bool json)
    {
        using var folder = Own(EdgeContext.Settings(context.Configure(parsed)));
        var files = new JournalFiles(folder.Path);
        var report = Guard(() => JournalCheck.Run(files));
        if (json)
        {
            await context.Output.WriteLineAsync(JsonSerializer.Serialize(report, JournalJson.Default.CheckReport));
        }
        else if (report.IsSound)
        {
            await context.Output.WriteLineAsync($"{files.Database} is sound: {report.Prompts} prompts.");
        }
        else
        {
            await WriteDamageAsync(context, report.Damage);
            await context.Output.WriteLineAsync(JournalSchema.Damaged(files.Database, $"{report.Damage.Count} findings"));
        }

        return report.IsSound ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<int> RecoverAsync(EdgeContext context, ParseResult parsed, bool json)
    {
        var settings = EdgeContext.Settings(context.Configure(parsed));
        using var folder = Own(settings);
        var device = folder.DeviceId(settings.Device.Id);
        var files = new JournalFiles(folder.Path);
        var report = Guard(() => new JournalRecovery(
            files, epoch => new JournalEvents(device, epoch, settings.Pipeline.PublishText), TimeProvider.System).Run());
        if (json)
        {
            await context.Output.WriteLineAsync(
                report is null ? "null" : JsonSerializer.Serialize(report, JournalJson.Default.RecoveryReport));
        }
        else if (report is null)
        {
            await context.Output.WriteLineAsync($"{files.Database} is sound; there is nothing to recover.");
        }
        else
        {
            await WriteDamageAsync(context, report.Damage);
            await WriteAsync(context, files, report);
        }

        return ExitCode.Success;
    }

    private static async Task WriteAsync(EdgeContext context, JournalFiles files, RecoveryReport report)
    {
        string[] lines =
        [
            $"{files.Database} is new. It holds {report.Prompts} prompts; {report.PromptsLost} are lost, as far as can be known.",
            $"Idempotency keys: {report.Keys}. Changes of state: {report.Transitions}; of {report.TracesRebuilt} prompts told anew.",
            $"Outbox: {report.Outbox} events kept, {report.OutboxLost} lost, {report.EscalationsRepeated} escalations are sent again.",
            $"Answers known: {report.Inbox}; parked: {report.Parked}.",
        ];
        foreach (var line in lines)
        {
            await context.Output.WriteLineAsync(line);
        }

        if (report.OutcomesLost > 0)
        {
            await context.Output.WriteLineAsync(
                $"{report.OutcomesLost} prompts had an outcome that cannot be believed; they have failed with reason damaged. "
                + "See prompts list --state failed.");
        }

        if (!report.IsEpochKept)
        {
            await context.Output.WriteLineAsync(
                "The journal's epoch was lost; it has a new one. Answers to what was asked before will be parked; "
                + "their prompts wait for their deadlines.");
        }

        await context.Output.WriteLineAsync($"The damaged files are {string.Join(", ", report.SetAside.DefaultIfEmpty("none"))}.");
    }

    private static async Task WriteDamageAsync(EdgeContext context, IReadOnlyList<string> damage)
    {
        foreach (var finding in damage)
        {
            await context.Output.WriteLineAsync(finding);
        }
    }

    /// <exception cref="UsageException">There is no journal, or it cannot be had.</exception>
    private static DataFolder Own(EdgeSettings settings)
    {
        var path = Path.GetFullPath(settings.Journal.Folder);
        if (!new JournalFiles(path).Exist)
        {
            throw new UsageException($"There is no journal in {path}. Name its folder with --data.");
        }

        try
        {
            if (DataFolder.TryOwn(path) is { } folder)
            {
                return folder;
            }

            var owner = OwnerRecord.Read(path) is { } record ? $" (id {record.ProcessId})" : "";
            throw new UsageException($"Another process{owner} holds {path}. Stop it first: a journal in use cannot be checked.");
        }
        catch (DataFolderException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <summary>What is none of ours is no damage.</summary>
    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ForeignJournalException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
