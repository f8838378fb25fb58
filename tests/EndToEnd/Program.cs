using Hybrid.EndToEnd.Check;
using Hybrid.EndToEnd.Crashes;

namespace Hybrid.EndToEnd;

/// <summary>
/// The tests' program also judges runs (<c>check</c>), runs the crash matrix (<c>matrix</c>) and everything for hours (<c>--long</c>, or
/// <c>--long --outages</c>); the rest is the test runner's, as xunit would generate it.
/// </summary>
internal static class Program
{
    private static readonly string[] PlatformArguments = ["--server", "--internal-msbuild-node"];

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [CheckCommand.Name, .. var rest]:
                return await CheckCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
            case [MatrixCommand.Name, .. var rest]:
                return await MatrixCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
            case [LongRun.Name, .. var rest]:
                return await LongRun.RunAsync(rest.Contains("--outages"), Console.Out, CancellationToken.None);
        }

        return args.Any(PlatformArguments.Contains)
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
