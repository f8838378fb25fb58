using System.CommandLine;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Hosting;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Routing;
using Hybrid.Inference.Folders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>What every command shares: streams, common options, and how trouble becomes a message and an exit code.</summary>
internal sealed class EdgeContext(TextWriter output, TextWriter error, TextReader input)
{
    private const string FreePort = "http://127.0.0.1:0";

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    public TextReader Input { get; } = input;

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "The folder of journal and state (Journal:Folder, default hybrid-data).",
        Recursive = true,
    };

    public Option<string?> Mode { get; } = new("--mode")
    {
        Description = $"Who answers: {string.Join(", ", Enum.GetNames<RouteMode>())} (Routing:Mode).",
        Recursive = true,
    };

    /// <summary>The configuration of a command line.</summary>
    public IConfigurationRoot Configure(ParseResult parsed, params (string Key, string? Value)[] more) => EdgeConfiguration.Build(
    [
        KeyValuePair.Create($"{JournalOptions.SectionName}:{nameof(JournalOptions.Folder)}", parsed.GetValue(Data)),
        KeyValuePair.Create($"{RoutingOptions.SectionName}:{nameof(RoutingOptions.Mode)}", parsed.GetValue(Mode)),
        .. more.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)),
    ]);

    /// <summary>Runs a command; whatever a user can mend becomes a message without a stack trace.</summary>
    public async Task<int> GuardAsync(Func<Task<int>> command, CancellationToken cancellationToken)
    {
        try
        {
            return await command();
        }
        catch (OptionsValidationException exception)
        {
            await WriteLinesAsync(exception.Failures);
            return ExitCode.Usage;
        }
        catch (SettingsException exception)
        {
            await WriteLinesAsync(exception.Failures);
            return ExitCode.Usage;
        }
        catch (UsageException exception)
        {
            await Error.WriteLineAsync(exception.Message);
            return ExitCode.Usage;
        }
        catch (Exception exception) when (exception is
            ModelFolderException or JournalException or DataFolderException or KeyFileException or CommandFailedException or HttpRequestException or IOException
            or UnauthorizedAccessException)
        {
            await Error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Error.WriteLineAsync("Stopped.");
            return ExitCode.Failure;
        }
    }

    /// <summary>Reads the settings, or ends the command.</summary>
    /// <exception cref="SettingsException">Something is wrong; it names every failure.</exception>
    public static EdgeSettings Settings(IConfiguration configuration)
    {
        var (settings, failures) = EdgeSettings.Read(configuration);
        return settings ?? throw new SettingsException(failures);
    }

    /// <summary>
    /// The device of a data folder: the process that owns the folder if there is one, else this process, which then hosts it for as long as
    /// the command runs.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configuration">All settings.</param>
    /// <param name="own">An option of the command that only has an effect where this process hosts the device; refused where another does.</param>
    /// <param name="purpose">What the command needs, if this process hosts the device.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<EdgeDevice> ConnectAsync(
        ParseResult parsed, IConfiguration configuration, string? own, HostPurpose purpose, CancellationToken cancellationToken)
    {
        var settings = Settings(configuration);
        if (DataFolder.TryOwn(settings.Journal.Folder) is { } folder)
        {
            return new EdgeDevice(await EdgeHost.StartAsync(configuration, settings, folder, FreePort, purpose, cancellationToken));
        }

        // Silently taking another mode could send away what was meant to stay.
        own ??= purpose == HostPurpose.Command && parsed.GetValue(Mode) is not null ? Mode.Name : null;
        if (own is not null)
        {
            throw new UsageException(
                $"Another process serves {Path.GetFullPath(settings.Journal.Folder)} with its own settings, so {own} has no effect. Stop it, or choose another --data.");
        }

        return new EdgeDevice(await OwnerAsync(Path.GetFullPath(settings.Journal.Folder), cancellationToken));
    }

    /// <summary>A process that owns a folder but has not said where it is yet is given some time to start.</summary>
    private static async Task<OwnerRecord> OwnerAsync(string folder, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (OwnerRecord.Read(folder) is { Address: not null } owner)
            {
                return owner;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }

        throw new CommandFailedException($"Another process holds {folder} but does not say where it can be reached. Stop it, or choose another --data.");
    }

    private async Task WriteLinesAsync(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await Error.WriteLineAsync(line);
        }
    }
}
