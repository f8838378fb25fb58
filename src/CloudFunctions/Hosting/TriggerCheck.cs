using Hybrid.Messaging;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>
/// Holds the Functions host's own settings against <c>Messaging:Transport</c>. The host reads the queues and this program answers: if the
/// two mean different brokers, devices wait for answers that go elsewhere.
/// </summary>
internal static class TriggerCheck
{
    /// <summary>The app setting that leads the host's Service Bus triggers to their namespace.</summary>
    public const string Connection = "AzureWebJobsServiceBus";

    /// <summary>The same with an identity: the namespace, as <c>NAME.servicebus.windows.net</c>.</summary>
    public const string Namespace = "fullyQualifiedNamespace";

    /// <summary>Checks.</summary>
    /// <param name="host">The environment as the host gave it.</param>
    /// <param name="transport">The transport's name.</param>
    /// <param name="failures">Where contradictions are added.</param>
    /// <param name="warnings">Where is added what may be meant so.</param>
    public static void Run(IConfiguration host, string transport, ICollection<string> failures, ICollection<string> warnings)
    {
        var overStorage = string.Equals(transport, nameof(MessagingTransport.StorageQueue), StringComparison.OrdinalIgnoreCase);
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
                + "an identity. Set it in the app settings. A broker that is not Service Bus is read by 'hybrid-cloud --standalone' only.");
        }

        var asleep = used.Where(name => IsDisabled(host, name)).ToList();
        if (asleep.Count > 0)
        {
            warnings.Add(
                $"{string.Join(", ", asleep)} {(asleep.Count == 1 ? "is" : "are")} disabled, though {chosen}: those messages wait until "
                + $"{string.Join(", ", asleep.Select(SettingOf))} {(asleep.Count == 1 ? "is" : "are")} removed from the app settings.");
        }
    }

    private static string SettingOf(string function) => $"AzureWebJobs.{function}.Disabled";

    // The host takes both spellings (Linux knows no dots in the names of variables), and 1 for true.
    private static bool IsDisabled(IConfiguration host, string function) =>
        new[] { host[SettingOf(function)], host[$"AzureWebJobs_{function}_Disabled"] }
            .Any(value => value == "1" || string.Equals(value, bool.TrueString, StringComparison.OrdinalIgnoreCase));
}
