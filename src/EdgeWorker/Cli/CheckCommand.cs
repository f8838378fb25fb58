using System.CommandLine;
using Hybrid.EdgeWorker.Hosting;
using Hybrid.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>--check</c>: says whether the configuration is sound, and what it is.</summary>
internal static class CheckCommand
{
    private static readonly string[] Secret = ["ConnectionString", "ApiKey", "Key", "Password", "Token", "Secret"];

    public static Task<int> RunAsync(EdgeContext context, ParseResult parsed) => context.GuardAsync(
        async () =>
        {
            var configuration = context.Configure(parsed);
            var failures = EdgeSettings.Read(configuration).Failures.ToList();
            using var provider = new ServiceCollection().AddLogging().AddMessaging(configuration).BuildServiceProvider();
            try
            {
                _ = provider.GetRequiredService<IOptions<MessagingOptions>>().Value;
            }
            catch (OptionsValidationException exception)
            {
                failures.AddRange(exception.Failures);
            }

            if (failures.Count > 0)
            {
                throw new SettingsException(failures);
            }

            foreach (var (key, value) in configuration.AsEnumerable().Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                await context.Output.WriteLineAsync($"{key} = {Mask(key, value!)}");
            }

            return ExitCode.Success;
        },
        CancellationToken.None);

    private static string Mask(string key, string value)
    {
        var name = key.Split(':')[^1];
        return value != MessagingOptions.DevelopmentStorage && Secret.Any(secret => name.EndsWith(secret, StringComparison.OrdinalIgnoreCase))
            ? "********"
            : value;
    }
}
