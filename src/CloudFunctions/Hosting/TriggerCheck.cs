using Hybrid.CloudFunctions.Settings;
using Hybrid.Messaging;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>
/// Holds the Functions host's own settings against <c>Messaging:Transport</c>. The host reads the queues and this program answers: if the
/// two mean different brokers, devices wait for answers that go elsewhere.
/// </summary>
internal static class TriggerCheck
{
    private const string Connection = CloudConfiguration.HostServiceBus;
    private const string Namespace = CloudConfiguration.HostNamespace;

    /// <summary>Checks.</summary>
    /// <param name="host">The environment as the host gave it.</param>
    /// <param name="messaging">Where this program sends.</param>
    /// <param name="failures">Where contradictions are added.</param>
    /// <param name="warnings">Where is added what may be meant so.</param>
    public static void Run(IConfiguration host, MessagingOptions messaging, ICollection<string> failures, ICollection<string> warnings)
    {
        var transport = messaging.Transport;
        var overStorage = messaging.IsOverStorageQueues();
        var (used, unused) = overStorage
            ? (FunctionNames.Storage, FunctionNames.ServiceBus)
            : (FunctionNames.ServiceBus, FunctionNames.Storage);
        var chosen = $"{MessagingOptions.SectionName}:{nameof(MessagingOptions.Transport)} is '{transport}'";
        var bus = host.GetSection(Connection);
        var connected = !string.IsNullOrWhiteSpace(bus.Value) || !string.IsNullOrWhiteSpace(bus[Namespace]);
        var running = unused.Where(name => !IsDisabled(host, name)).ToList();
        if (overStorage && !connected)
        {
            // The host says so too, in more words: it cannot start what has no connection, and runs the rest.
            if (running.Count > 0)
            {
                warnings.Add(
                    $"{string.Join(", ", running)} cannot start, since {Connection} is not set, and need not, since {chosen}. "
                    + $"Set {string.Join(", ", running.Select(SettingOf))} to true in the app settings.");
            }
        }
        else
        {
            foreach (var name in running)
            {
                failures.Add(
                    $"{SettingOf(name)} is {host[SettingOf(name)] ?? "not set"}; it must be true, since {chosen} and {name} reads "
                    + $"{(overStorage ? "Service Bus" : "Storage queues")}: its senders would get no answers. Set it in the app settings "
                    + "(local.settings.json for 'func start'), or choose the other transport.");
            }
        }

        if (!overStorage && !connected)
        {
            failures.Add(
                $"{Connection} is not set; {chosen}, and the host's triggers need it: a connection string, or {Connection}__{Namespace} for "
                + "an identity. Set it in the app settings. A broker that is not Service Bus is read by 'hybrid-cloud --standalone' alone.");
        }

        if (!overStorage)
        {
            CheckBroker(bus, messaging.Amqp, failures);
        }

        var asleep = used.Where(name => IsDisabled(host, name)).ToList();
        if (asleep.Count > 0)
        {
            warnings.Add(
                $"{string.Join(", ", asleep)} {(asleep.Count == 1 ? "is" : "are")} disabled, though {chosen}: those messages wait until "
                + $"{string.Join(", ", asleep.Select(SettingOf))} {(asleep.Count == 1 ? "is" : "are")} removed from the app settings.");
        }
    }

    private static void CheckBroker(IConfigurationSection bus, AmqpOptions amqp, ICollection<string> failures)
    {
        const string section = $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}";
        if (!string.IsNullOrWhiteSpace(amqp.Address))
        {
            failures.Add(
                $"{section}:{nameof(AmqpOptions.Address)} is set; a Functions host has no trigger for such a broker. "
                + "Run 'hybrid-cloud --standalone', or name a Service Bus.");
        }

        var (theirs, ours) = (HostOf(bus[Namespace], bus.Value), HostOf(amqp.Namespace, amqp.ConnectionString));
        if (theirs is not null && ours is not null && !string.Equals(theirs, ours, StringComparison.OrdinalIgnoreCase))
        {
            failures.Add(
                $"{Connection} leads to '{theirs}', but {section} to '{ours}'; they must be the same, or answers go where nobody reads them. "
                + $"Leave {section} out: it is taken from {Connection} then.");
        }

        foreach (var name in new[] { QueueAddress.Escalations.Name, QueueAddress.Results.Name })
        {
            if (amqp.Entities.TryGetValue(name, out var entity) && entity != name)
            {
                failures.Add(
                    $"{section}:{nameof(AmqpOptions.Entities)}:{name} is '{entity}'; the function.json of the triggers says '{name}'. "
                    + "Change both, or run 'hybrid-cloud --standalone'.");
            }
        }
    }

    private static string? HostOf(string? name, string? connectionString) => !string.IsNullOrWhiteSpace(name)
        ? name
        : connectionString?.Split(';', StringSplitOptions.TrimEntries)
            .Where(part => part.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase))
            .Select(part => Uri.TryCreate(part["Endpoint=".Length..], UriKind.Absolute, out var uri) ? uri.Host : null)
            .FirstOrDefault();

    private static string SettingOf(string function) => $"AzureWebJobs.{function}.Disabled";

    // The host takes both spellings (Linux knows no dots in the names of variables), and 1 for true.
    private static bool IsDisabled(IConfiguration host, string function) =>
        new[] { host[SettingOf(function)], host[$"AzureWebJobs_{function}_Disabled"] }
            .Any(value => value == "1" || string.Equals(value, bool.TrueString, StringComparison.OrdinalIgnoreCase));
}
