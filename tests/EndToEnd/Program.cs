using Hybrid.EndToEnd.Check;
using Hybrid.EndToEnd.Crashes;
using Hybrid.EndToEnd.Outages;

namespace Hybrid.EndToEnd;

/// <summary>
/// The tests' program also judges runs (<c>check</c>), runs the crash matrix (<c>matrix</c>), the outages (<c>outages</c>) and both for hours
/// (<c>--long</c>); the rest is the test runner's, as xunit would generate it.
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
            case [Long]:
                return Math.Max(
                    await MatrixCommand.RunAsync(["--rounds", "20"], Console.Out, Console.Error, CancellationToken.None),
                    await OutagesCommand.RunAsync([], Console.Out, Console.Error, CancellationToken.None));
        }

        return args.Any(PlatformArguments.Contains)
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
