using System.CommandLine;
using Hybrid.Inference.Folders;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Cli;

/// <summary>Runs a command and turns what it throws into a message and an exit code.</summary>
internal static class CommandRun
{
    public const int Done = 0;

    /// <summary>Something went wrong, or the command was stopped.</summary>
    public const int Failed = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Misused = 2;

    public static async Task<int> GuardAsync(ParseResult parsed, Func<Task> command, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            await command();
            return Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped. The same command continues where this one left off.");
            return Failed;
        }
        catch (Exception exception) when (exception is TrainingFailedException or ModelFolderException or InvalidDataException
            or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(exception.Message);
            return Failed;
        }
    }
}
