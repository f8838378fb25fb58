using System.Runtime.InteropServices;
using Hybrid.Azurite;
using Hybrid.EndToEnd.Brokers;
using Hybrid.EndToEnd.Check;
using Hybrid.EndToEnd.Crashes;
using Hybrid.EndToEnd.Outages;

namespace Hybrid.EndToEnd;

/// <summary>
/// The tests' program also judges runs (<c>check</c>), runs the crash matrix (<c>matrix</c>), the outages (<c>outages</c>), brokers that are killed
/// under many messages (<c>soak</c>), the journal's state machine for many seeds (<c>state-machine</c>) and all of them for hours (<c>--long</c>); the rest is the test runner's, as xunit would generate it.
/// </summary>
internal static class Program
{
    private const string Long = "--long";

    private static readonly string[] PlatformArguments = ["--server", "--internal-msbuild-node"];

    public static async Task<int> Main(string[] args) => args switch
    {
        [CheckCommand.Name, .. var rest] => await CommandAsync(rest, CheckCommand.RunAsync),
        [MatrixCommand.Name, .. var rest] => await CommandAsync(rest, MatrixCommand.RunAsync),
        [OutagesCommand.Name, .. var rest] => await CommandAsync(rest, OutagesCommand.RunAsync),
        [SoakCommand.Name, .. var rest] => await CommandAsync(rest, SoakCommand.RunAsync),
        [StateMachineCommand.Name, .. var rest] => await CommandAsync(rest, StateMachineCommand.RunAsync),
        [Long] => await CommandAsync([], LongAsync),
        _ when args.Any(PlatformArguments.Contains) =>
            await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    };

    private static async Task<int> LongAsync(IReadOnlyList<string> none, TextWriter output, TextWriter error, CancellationToken cancellationToken) => new[]
    {
        await MatrixCommand.RunAsync(["--rounds", "20"], output, error, cancellationToken),
        await MatrixCommand.RunAsync(["--rounds", "3", "--transport", "amqp"], output, error, cancellationToken),
        await SoakCommand.RunAsync(none, output, error, cancellationToken),
        await OutagesCommand.RunAsync(none, output, error, cancellationToken),
        await StateMachineCommand.RunAsync(none, output, error, cancellationToken),
    }.Max();

    /// <summary>Runs a command until it ends or is told to stop, and leaves none of its programs behind.</summary>
    private static async Task<int> CommandAsync(
        IReadOnlyList<string> arguments, Func<IReadOnlyList<string>, TextWriter, TextWriter, CancellationToken, Task<int>> command)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await command(arguments, Console.Out, Console.Error, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 1;
        }
        catch (AzuriteException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
