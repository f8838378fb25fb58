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

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [CheckCommand.Name, .. var rest]:
                return await CheckCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
            case [MatrixCommand.Name, .. var rest]:
                return await MatrixCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
            case [OutagesCommand.Name, .. var rest]:
                return await OutagesCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
            case [SoakCommand.Name, .. var rest]:
                return await SoakCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
            case [StateMachineCommand.Name, .. var rest]:
                return await StateMachineCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
            case [Long]:
                return new[]
                {
                    await MatrixCommand.RunAsync(["--rounds", "20"], Console.Out, Console.Error, CancellationToken.None),
                    await MatrixCommand.RunAsync(["--rounds", "3", "--transport", "amqp"], Console.Out, Console.Error, CancellationToken.None),
                    await SoakCommand.RunAsync([], Console.Out, Console.Error, CancellationToken.None),
                    await OutagesCommand.RunAsync([], Console.Out, Console.Error, CancellationToken.None),
                    await StateMachineCommand.RunAsync([], Console.Out, Console.Error, CancellationToken.None),
                }.Max();
        }

        return args.Any(PlatformArguments.Contains)
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
