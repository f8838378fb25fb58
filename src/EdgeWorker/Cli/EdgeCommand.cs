using System.CommandLine;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>The command line of <c>hybrid-edge</c>.</summary>
internal static class EdgeCommand
{
    /// <summary>Before the environment's variables of the edge worker.</summary>
    private const string EnvironmentPrefix = "HYBRID__";

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code: 0 success, 1 failure, 2 bad usage or configuration.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error, TextReader input)
    {
        var root = new RootCommand("Hybrid's edge worker: answers prompts with a small model on this device.")
        {
            AskCommand.Create(Configure, output, error, input),
        };
        var result = root.Parse(args);
        var code = await result.InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return result.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    private static IConfiguration Configure(string[] overrides) => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables(EnvironmentPrefix)
        .AddCommandLine(overrides)
        .Build();
}
