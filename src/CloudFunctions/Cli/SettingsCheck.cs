using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Api;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Models;
using Hybrid.Messaging;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Cli;

/// <summary><c>--check</c>: the effective settings, secrets masked.</summary>
internal static class SettingsCheck
{
    private const string Mask = "***";
    private static readonly string[] Secrets = [nameof(ModelOptions.ApiKey), nameof(MessagingOptions.ConnectionString)];

    public static async Task<int> RunAsync(IConfiguration configuration, TextWriter output, TextWriter error)
    {
        var failures = new List<string>();
        var settings = CloudSettings.Read(configuration, failures);
        foreach (var failure in failures)
        {
            await error.WriteLineAsync(failure);
        }

        if (failures.Count > 0)
        {
            return ExitCode.Usage;
        }

        string[] sections =
        [
            MessagingOptions.SectionName, ModelOptions.SectionName, PriceList.SectionName, LeaseOptions.SectionName, ApiOptions.SectionName,
        ];
        foreach (var (key, value) in sections
            .SelectMany(section => configuration.GetSection(section).AsEnumerable())
            .Where(pair => pair.Value is not null)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var secret = Secrets.Any(name => key.EndsWith($":{name}", StringComparison.OrdinalIgnoreCase));
            await output.WriteLineAsync($"{key} = {(secret ? Mask : value)}");
        }

        await output.WriteLineAsync($"host.json = {settings.Host}");
        return ExitCode.Success;
    }
}
