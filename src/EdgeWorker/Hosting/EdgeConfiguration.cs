using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Hosting;

/// <summary>Where settings come from: <c>appsettings.json</c> beside the program, then <c>HYBRID__</c> variables, then arguments.</summary>
internal static class EdgeConfiguration
{
    private const string EnvironmentPrefix = "HYBRID__";

    /// <param name="overrides">From the command line: keys with their values; null values say nothing.</param>
    public static IConfigurationRoot Build(IEnumerable<KeyValuePair<string, string?>> overrides) => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables(EnvironmentPrefix)
        .AddInMemoryCollection(overrides.Where(pair => pair.Value is not null))
        .Build();
}
