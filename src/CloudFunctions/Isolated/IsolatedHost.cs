using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Runs the program as an isolated worker: the Functions host asks it for its functions and calls them.</summary>
internal static class IsolatedHost
{
    /// <summary>Runs until the host stops it.</summary>
    /// <param name="args">As the host gave them: where it listens, and who this worker is.</param>
    /// <param name="error">Where failures are said.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter error)
    {
        // The host's arguments are no settings of ours.
        var configuration = CloudConfiguration.Build([]);
        if (await CloudHost.ReadAsync(configuration, standalone: false, error) is not { } settings)
        {
            return ExitCode.Usage;
        }

        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.Logging.AddFilter("Azure", LogLevel.Warning);
        builder.Services.AddCloud(configuration, settings).AddSingleton<Invocation>().AddHostedService<ModelWatch>();
        using var host = builder.Build();
        await host.RunAsync();
        return await CloudHost.EndAsync(host.Services, error);
    }
}
