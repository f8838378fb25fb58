using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Hosting;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.Messaging;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>--check</c>: says whether the configuration is sound, and every setting in force, defaults included.</summary>
internal static class CheckCommand
{
    public static Task<int> RunAsync(EdgeContext context, ParseResult parsed, string? url) => context.GuardAsync(
        async () =>
        {
            var configuration = context.Configure(parsed, ($"{ApiOptions.SectionName}:{nameof(ApiOptions.Url)}", url));
            var (settings, read) = EdgeSettings.Read(configuration);
            var failures = read.ToList();
            using var provider = new ServiceCollection().AddLogging().AddMessaging(configuration).BuildServiceProvider();
            var messaging = new MessagingOptions();
            try
            {
                messaging = provider.GetRequiredService<IOptions<MessagingOptions>>().Value;
            }
            catch (OptionsValidationException exception)
            {
                failures.AddRange(exception.Failures);
            }

            if (settings is not null && DoorReader.Refusal(
                settings.Door, new KeyFile(Path.GetFullPath(settings.Journal.Folder)).Read(), Path.GetFullPath(settings.Journal.Folder)) is { } refusal)
            {
                failures.Add(refusal);
            }

            if (settings is not null)
            {
                failures.AddRange(ModelsOptionsReader.Missing(settings.Models, settings.Routing.Mode != RouteMode.CloudOnly, embeds: true));
            }

            if (settings is null || failures.Count > 0)
            {
                throw new SettingsException(failures);
            }

            (string Key, string Value)[] values =
            [
                .. Of(ApiOptions.SectionName, settings.Api), .. Of(DeviceOptions.SectionName, settings.Device),
                .. Of(JournalOptions.SectionName, settings.Journal), .. Of(MessagingOptions.SectionName, messaging), .. Broker(messaging.Amqp),
                .. Of(ModelsOptions.SectionName, settings.Models), .. Of(PipelineOptions.SectionName, settings.Pipeline),
                .. Of(RoutingOptions.SectionName, settings.Routing),
                .. settings.Routing.Chores.Select(pair => ($"{RoutingOptions.SectionName}:{nameof(RoutingOptions.Chores)}:{pair.Key}", pair.Value)),
                .. Kestrel(configuration),
            ];
            foreach (var (key, value) in values)
            {
                await context.Output.WriteLineAsync($"{key} = {value}");
            }

            // Not a failure: the cloud functions share variables and sections with the device.
            foreach (var key in KnownSettings.Unread(configuration))
            {
                await context.Error.WriteLineAsync(KnownSettings.Say(key));
            }

            return ExitCode.Success;
        },
        CancellationToken.None);

    private static IEnumerable<(string Key, string Value)> Broker(AmqpOptions amqp)
    {
        const string section = $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}";
        return Of(section, amqp).Concat(amqp.Entities.Select(pair => ($"{section}:{nameof(amqp.Entities)}:{pair.Key}", pair.Value)));
    }

    /// <summary>The server's own settings: endpoints and certificates.</summary>
    private static IEnumerable<(string Key, string Value)> Kestrel(IConfiguration configuration) =>
        from pair in configuration.GetSection(DoorReader.KestrelSection).AsEnumerable()
        where pair.Value is not null
        orderby pair.Key
        select (pair.Key, pair.Key.EndsWith(":Password", StringComparison.OrdinalIgnoreCase) ? "***" : pair.Value);

    private static IEnumerable<(string Key, string Value)> Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        string section, T options) =>
        from property in typeof(T).GetProperties()
        where property.CanWrite
        orderby property.Name
        select ($"{section}:{property.Name}", Show(property.Name, property.GetValue(options)));

    private static string Show(string name, object? value) => value switch
    {
        null or "" => "(not set)",
        MessagingOptions.DevelopmentStorage => MessagingOptions.DevelopmentStorage,
        _ when name is nameof(MessagingOptions.ConnectionString) or nameof(AmqpOptions.Password) => "***",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
