using System.Diagnostics;
using System.Reflection;

namespace Hybrid.Infra.Tests.Bicep;

/// <summary>The Bicep compiler of the package. It needs no network and no Azure.</summary>
internal static class BicepProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Starts it, with its three streams connected.</summary>
    /// <param name="arguments">As on a command line.</param>
    public static Process Start(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The Bicep package of this project is the one for Linux.");
        var path = typeof(BicepProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "BicepPath").Value!;
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The parameter files read some; a developer's own must not change what the tests see.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HYBRID_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">As on a command line.</param>
    public static async Task<BicepRun> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        return new BicepRun(process.ExitCode, await output, await error);
    }
}
