using System.CommandLine;
using Hybrid.Azurite;
using Hybrid.LocalStack.Stack;

namespace Hybrid.LocalStack.Cli;

/// <summary>The tool's command line.</summary>
internal static class StackCommand
{
    private const string Description =
        "Runs Hybrid on this machine: storage emulator, cloud functions and edge worker, with no account and no network.\n\n" +
        "Every HYBRID__ variable is passed on; one that names a storage account replaces the emulator. State lies in .hybrid/.\n\n" +
        "  dotnet run --project tools/LocalStack\n" +
        "  dotnet run --project tools/LocalStack -- --mode CloudFirst --edge-port 8001\n" +
        "  dotnet run --project tools/LocalStack -- demo --json --baseline\n" +
        "  dotnet run --project tools/LocalStack -- reset";

    /// <summary>Longer than the slowest program takes to stop.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="layout">Where things lie.</param>
    /// <param name="output">Takes results and the programs' logs.</param>
    /// <param name="error">Takes progress and failures.</param>
    /// <param name="cancellationToken">Ends it as Ctrl+C does.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(
        string[] args, StackLayout layout, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand(Description) { DemoCommand.Create(layout, output, error), ResetCommand.Create(layout, error) };
        UpCommand.AddTo(root, layout, output, error);
        var parsed = root.Parse(args);
        var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = StopLimit };
        var code = await parsed.InvokeAsync(configuration, cancellationToken);
        return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    /// <summary>Runs a command's work; what cannot be helped becomes a message.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is StackException or AzuriteException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped.");
            return ExitCode.Failure;
        }
    }

    /// <summary>A port option.</summary>
    public static Option<int> Port(string name, string what, int value)
    {
        var option = new Option<int>(name) { Description = $"The port of {what}; 0 takes a free one.", DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var port) || port is < 0 or > 65533))
            {
                result.AddError($"{name} is '{token.Value}'; it must be a port, or 0 for a free one.");
            }
        });
        return option;
    }
}
