using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Hybrid.CloudFunctions.Cli;

/// <summary>One run of <c>rejected</c>: takes what lies on the queues, does its work, gives the rest back.</summary>
internal sealed class RejectedSession(string[] settings, bool json, TextWriter output, TextWriter error)
{
    private RejectedArchive _archive = null!;
    private List<RejectedEntry> _entries = [];

    /// <summary>Runs an action on the messages.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(Func<RejectedSession, Task<int>> action, CancellationToken cancellationToken)
    {
        var configuration = CloudConfiguration.Build(settings);
        var failures = new List<string>();
        _ = CloudSettings.ReadMessaging(configuration, failures);
        if (failures.Count > 0)
        {
            failures.ForEach(error.WriteLine);
            return ExitCode.Usage;
        }

        await using var services = new ServiceCollection()
            .AddLogging().AddMessaging(configuration).AddSingleton<OutcomeStore>().AddSingleton<RejectedArchive>().BuildServiceProvider();
        _archive = services.GetRequiredService<RejectedArchive>();
        try
        {
            _entries = await _archive.TakeAsync(cancellationToken);
            try
            {
                return await action(this);
            }
            finally
            {
                // Also after Ctrl+C: otherwise they would stay hidden until their lock ends.
                await _archive.GiveBackAsync(_entries, CancellationToken.None);
            }
        }
        catch (Exception exception) when (
            exception is MessagingException or RequestFailedException or AggregateException or InvalidDataException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
    }

    public async Task<int> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var rows = _entries.Select(RejectedRow.Of).ToList();
        if (json)
        {
            await PrintAsync(rows, CliJson.Default.IReadOnlyListRejectedRow);
            return ExitCode.Success;
        }

        if (rows.Count == 0)
        {
            await error.WriteLineAsync("Nothing was put aside.");
            return ExitCode.Success;
        }

        var table = new Table().AddColumns("Id", "Queue", "Reason", "Device", "Prompt", "Bytes", "Outcome");
        foreach (var row in rows)
        {
            table.AddRow(new[]
            {
                row.Id, row.Queue, row.Reason, row.DeviceId ?? "-", row.PromptId?.ToString() ?? "-",
                row.Bytes.ToString(CultureInfo.InvariantCulture), row.Outcome?.ToString() ?? "-",
            }.Select(Markup.Escape).ToArray());
        }

        Write(table);
        return ExitCode.Success;
    }

    public async Task<int> ShowAsync(string id, bool original)
    {
        if (_entries.Find(entry => entry.Id == id) is not { } found)
        {
            await error.WriteLineAsync($"No message '{id}' was put aside. 'hybrid-cloud rejected list' names them.");
            return ExitCode.Failure;
        }

        if (original)
        {
            await output.WriteLineAsync(Encoding.UTF8.GetString(found.Letter.Original.Span));
            return ExitCode.Success;
        }

        var row = RejectedRow.Of(found);
        if (json)
        {
            await PrintAsync(row, CliJson.Default.RejectedRow);
            return ExitCode.Success;
        }

        var grid = new Grid().AddColumn().AddColumn();
        (string Name, string? Value)[] lines =
        [
            ("Id", row.Id), ("Queue", row.Queue), ("Reason", row.Reason), ("Detail", row.Detail), ("Device", row.DeviceId),
            ("Prompt", row.PromptId?.ToString()), ("Bytes", row.Bytes.ToString(CultureInfo.InvariantCulture)), ("Claim", row.Claim),
            ("Outcome", found.Outcome is { } outcome ? $"{outcome.Outcome} {outcome.Error?.Code}" : null),
        ];
        foreach (var (name, value) in lines)
        {
            grid.AddRow(Markup.Escape(name), Markup.Escape(value ?? "-"));
        }

        Write(grid);
        return ExitCode.Success;
    }

    public async Task<int> ReplayAsync(string[]? ids, bool discardOutcome, CancellationToken cancellationToken)
    {
        var rows = new List<ReplayRow>();
        foreach (var entry in _entries.Where(entry => ids is null || ids.Contains(entry.Id)).ToList())
        {
            var end = await _archive.ReplayAsync(entry, discardOutcome, cancellationToken);
            if (end == ReplayEnd.Replayed)
            {
                _entries.Remove(entry);
            }

            rows.Add(new ReplayRow(entry.Id, end == ReplayEnd.Replayed, end switch
            {
                ReplayEnd.HasOutcome => "its prompt has a recorded failure; --discard-outcome takes it back and asks the model again",
                ReplayEnd.Answered => $"its prompt has ended {entry.Outcome!.Outcome} and is never asked again",
                _ => null,
            }));
        }

        rows.AddRange((ids ?? [])
            .Distinct()
            .Where(id => rows.TrueForAll(row => row.Id != id))
            .Select(id => new ReplayRow(id, false, "no such message")));
        if (json)
        {
            await PrintAsync(rows, CliJson.Default.IReadOnlyListReplayRow);
        }
        else
        {
            foreach (var row in rows)
            {
                await (row.Replayed ? output : error).WriteLineAsync(row.Replayed ? $"{row.Id} replayed" : $"{row.Id} left: {row.Detail}");
            }
        }

        return rows.TrueForAll(row => row.Replayed) ? ExitCode.Success : ExitCode.Failure;
    }

    private Task PrintAsync<T>(T value, JsonTypeInfo<T> info) => output.WriteLineAsync(JsonSerializer.Serialize(value, info));

    private void Write(Spectre.Console.Rendering.IRenderable what)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
        {
            // Whole lines for grep, not cut to a terminal that is not there.
            console.Profile.Width = 400;
        }

        console.Write(what);
    }
}
