using System.Globalization;
using Hybrid.CloudFunctions;
using Hybrid.CloudFunctions.Cli;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Models;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Infra.Tests.Bicep;
using Hybrid.Messaging;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Configuration;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Every app setting is one that the program or the Functions host knows, with a value it takes.</summary>
internal static class SettingBaseline
{
    private const string HostPrefix = "AzureFunctionsJobHost__";

    // The host's and the SDKs' own (Azure Functions, "App settings reference"; Azure.Identity, "Environment variables").
    private static readonly string[] Platform =
        ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID"];

    // "Flex Consumption plan deprecations": a deployment that sets one of these is refused.
    private static readonly string[] Refused =
    [
        "ENABLE_ORYX_BUILD", "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_WORKER_RUNTIME_VERSION",
        "SCM_DO_BUILD_DURING_DEPLOYMENT", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_CONTENTSHARE", "WEBSITE_NODE_DEFAULT_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE",
    ];

    /// <summary>What does not fit, one line each.</summary>
    /// <param name="snapshot">The deployment.</param>
    /// <param name="onBus">Whether Service Bus carries the messages.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(Snapshot snapshot, bool onBus)
    {
        var found = new List<string>();
        var settings = snapshot.Settings.ToDictionary(pair => pair.Key, pair => Sample(pair.Value));
        // "Configure an App Service app", environment variables of Linux apps; a dot becomes an underscore, which the host knows of its own settings.
        found.AddRange(settings.Keys.Where(name => name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or '.')))
            .Select(name => $"{name} has a character that an app on Linux does not take."));
        found.AddRange(settings.Keys.Intersect(Refused).Select(name => $"{name} is refused on Flex Consumption."));
        var messaging = await FindInProgramAsync(settings, found);
        FindInHost(settings, found);
        FindInFunctions(settings, messaging, onBus, found);
        var rest = settings.Keys.Where(name =>
            !name.StartsWith(SettingsReader.DefaultPrefix, StringComparison.Ordinal)
            && !name.StartsWith(HostPrefix, StringComparison.Ordinal)
            && !name.StartsWith("AzureWebJobs", StringComparison.Ordinal));
        found.AddRange(rest.Except(Platform).Select(name => $"{name} is known neither to the program nor to the host."));
        found.AddRange(Platform.Except(settings.Keys).Select(name => $"{name} is missing."));
        return found;
    }

    /// <summary>Lets the program read its settings, and looks for each in what <c>--check</c> says is in force.</summary>
    private static async Task<MessagingOptions> FindInProgramAsync(Dictionary<string, string> settings, List<string> found)
    {
        var own = settings
            .Where(pair => pair.Key.StartsWith(SettingsReader.DefaultPrefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[SettingsReader.DefaultPrefix.Length..].Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair.Value);
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Repository.PathOf("src", "CloudFunctions", SettingsReader.DefaultFile))
            .AddInMemoryCollection(own)
            .Build();
        var messaging = CloudSettings.ReadMessaging(configuration, []);
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await SettingsCheck.RunAsync(configuration, output, error);
        if (code != ExitCode.Success)
        {
            found.AddRange(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return messaging;
        }

        var inForce = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(" = ", 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1]);
        var broker = messaging.Amqp;
        foreach (var property in broker.GetType().GetProperties())
        {
            inForce[$"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{property.Name}"] = property.GetValue(broker)?.ToString() ?? "";
        }

        foreach (var (key, value) in own)
        {
            // A price is shown in one line, under its model's name.
            var isPrice = key.StartsWith($"{PriceList.SectionName}:", StringComparison.Ordinal);
            var shown = isPrice ? $"{PriceList.SectionName}:{own.GetValueOrDefault($"{key[..key.LastIndexOf(':')]}:Model")}" : key;
            if (!inForce.TryGetValue(shown, out var text))
            {
                found.Add($"{SettingsReader.DefaultPrefix}{key.Replace(":", "__", StringComparison.Ordinal)} is bound by nothing in the program.");
            }
            else if (!(isPrice ? $"{shown} = {text}".Contains(value!, StringComparison.Ordinal) : text.TrimEnd('/') == value!.TrimEnd('/')))
            {
                found.Add($"{key} is set to {value}, but the program takes {text}.");
            }
        }

        return messaging;
    }

    private static void FindInHost(Dictionary<string, string> settings, List<string> found)
    {
        foreach (var (name, value) in settings.Where(pair => pair.Key.StartsWith(HostPrefix, StringComparison.Ordinal)))
        {
            var node = name[HostPrefix.Length..].Split("__").Aggregate(CodeFacts.HostJson, (parent, part) => parent?[part]!);
            // host.json names no bundle, so that an extension in the app's own folder is not outranked; local.settings.json does.
            if (node is null && CodeFacts.LocalSettings[name]?.GetValue<string>() != value)
            {
                found.Add($"{name} is neither in host.json nor, with this value, in local.settings.json.");
            }
        }
    }

    /// <summary>Of the functions that take messages those of the other transport sleep, and those that do not have their connection.</summary>
    private static void FindInFunctions(Dictionary<string, string> settings, MessagingOptions messaging, bool onBus, List<string> found)
    {
        const string suffix = ".Disabled";
        var asleep = settings
            .Where(pair => pair.Key.EndsWith(suffix, StringComparison.Ordinal) && pair.Value == "true")
            .Select(pair => pair.Key["AzureWebJobs.".Length..^suffix.Length])
            .ToHashSet();
        var (used, unused) = onBus ? ("serviceBusTrigger", "queueTrigger") : ("queueTrigger", "serviceBusTrigger");
        var kinds = CodeFacts.Functions.ToDictionary(pair => pair.Key, pair => pair.Value["type"]!.GetValue<string>());
        found.AddRange(kinds.Where(pair => pair.Value == unused && !asleep.Contains(pair.Key)).Select(pair => $"{pair.Key} must be disabled."));
        found.AddRange(kinds.Where(pair => pair.Value != unused && asleep.Contains(pair.Key)).Select(pair => $"{pair.Key} must not be disabled."));
        found.AddRange(asleep.Except(kinds.Keys).Select(name => $"{name} is disabled, but there is no such function."));
        var connections = CodeFacts.Functions.Values
            .Where(binding => binding["type"]!.GetValue<string>() == used)
            .Select(binding => binding["connection"]!.GetValue<string>())
            .Append(CloudConfiguration.HostStorage)
            .ToHashSet();
        foreach (var connection in connections)
        {
            string[] needed = connection == CloudConfiguration.HostStorage
                ? ["blobServiceUri", "queueServiceUri", "tableServiceUri", "credential", "clientId"]
                : ["fullyQualifiedNamespace", "credential", "clientId"];
            found.AddRange(needed.Select(part => $"{connection}__{part}").Except(settings.Keys).Select(name => $"{name} is missing."));
        }

        // The program holds the host's settings against its own at every start; what it would refuse is refused here.
        var host = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair.Value))
            .Build();
        TriggerCheck.Run(host, messaging, found, found);
        found.AddRange(
            from name in settings.Keys
            where name.StartsWith("AzureWebJobs", StringComparison.Ordinal) && !name.EndsWith(suffix, StringComparison.Ordinal)
            where !connections.Contains(name.Split("__")[0])
            select $"{name} is of a connection that no function names.");
    }

    // What only Azure can tell becomes something of its form.
    private static string Sample(string value) => value switch
    {
        _ when !value.StartsWith('[') || !value.EndsWith(']') => value,
        _ when value.StartsWith("[format('https://{0}.", StringComparison.Ordinal) =>
            $"https://account.{value["[format('https://{0}.".Length..].Split('.')[0]}.core.windows.net",
        _ when value.Contains("Microsoft.CognitiveServices", StringComparison.Ordinal) => "https://name.openai.azure.com/",
        _ when value.Contains("Microsoft.ServiceBus", StringComparison.Ordinal) => "name.servicebus.windows.net",
        _ => "00000000-0000-0000-0000-000000000003",
    };
}
