using Hybrid.Messaging;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Settings;

/// <summary>Where settings come from: <c>appsettings.json</c>, then the environment, then arguments; later ones win.</summary>
internal static class CloudConfiguration
{
    /// <summary>The Functions host's own storage account; taken where <c>Messaging</c> names none.</summary>
    public const string HostStorage = "AzureWebJobsStorage";

    /// <summary>The Service Bus of the host's triggers; taken where <c>Messaging:Amqp</c> names no broker.</summary>
    public const string HostServiceBus = "AzureWebJobsServiceBus";

    /// <summary>The same with an identity: the namespace, as <c>NAME.servicebus.windows.net</c>.</summary>
    public const string HostNamespace = "fullyQualifiedNamespace";

    private const string AmqpSection = $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}";

    /// <summary>Reads them all.</summary>
    /// <param name="arguments">As <c>--Section:Key=value</c>.</param>
    public static IConfiguration Build(string[] arguments)
    {
        var named = Add(new ConfigurationBuilder(), arguments).Build();
        var host = Environment();
        string[] keys =
        [
            nameof(MessagingOptions.ConnectionString), nameof(MessagingOptions.QueueServiceUri), nameof(MessagingOptions.BlobServiceUri),
        ];
        // All or nothing: half an account from here and half from there would be two accounts.
        var values = keys.Any(key => !string.IsNullOrEmpty(named[$"{MessagingOptions.SectionName}:{key}"]))
            ? []
            : FromHost(host.GetSection(HostStorage));
        string[] brokers = [nameof(AmqpOptions.Namespace), nameof(AmqpOptions.ConnectionString), nameof(AmqpOptions.Address)];
        if (!brokers.Any(key => !string.IsNullOrEmpty(named[$"{AmqpSection}:{key}"])))
        {
            foreach (var (key, value) in FromHostBus(host.GetSection(HostServiceBus)))
            {
                values[key] = value;
            }
        }

        return values.Count == 0 ? named : Add(new ConfigurationBuilder().AddInMemoryCollection(values), arguments).Build();
    }

    /// <summary>The broker of the host's triggers, in the words of <c>Messaging</c>; an identity before a secret.</summary>
    internal static Dictionary<string, string?> FromHostBus(IConfigurationSection bus) =>
        !string.IsNullOrEmpty(bus[HostNamespace]) ? new() { [$"{AmqpSection}:{nameof(AmqpOptions.Namespace)}"] = bus[HostNamespace] }
        : !string.IsNullOrEmpty(bus.Value) ? new() { [$"{AmqpSection}:{nameof(AmqpOptions.ConnectionString)}"] = bus.Value }
        : [];

    /// <summary>The environment alone, where a Functions host hands its app settings down.</summary>
    public static IConfiguration Environment() => new ConfigurationBuilder().AddEnvironmentVariables().Build();

    private static IConfigurationBuilder Add(IConfigurationBuilder builder, string[] arguments) => builder
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile(SettingsReader.DefaultFile, optional: true)
        .AddEnvironmentVariables(SettingsReader.DefaultPrefix)
        .AddCommandLine(arguments);

    /// <summary>The host's account, in the words of <c>Messaging</c>.</summary>
    internal static Dictionary<string, string?> FromHost(IConfigurationSection storage)
    {
        // "Identity-based connections" of Azure Functions: the services by address, or the account by name.
        var account = storage["accountName"];
        var values = new Dictionary<string, string?>
        {
            [nameof(MessagingOptions.ConnectionString)] = storage.Value,
            [nameof(MessagingOptions.QueueServiceUri)] = storage["queueServiceUri"] ?? AddressOf("queue"),
            [nameof(MessagingOptions.BlobServiceUri)] = storage["blobServiceUri"] ?? AddressOf("blob"),
        };
        return values
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .ToDictionary(pair => $"{MessagingOptions.SectionName}:{pair.Key}", pair => pair.Value);

        string? AddressOf(string service) => string.IsNullOrEmpty(account) ? null : $"https://{account}.{service}.core.windows.net";
    }
}
