using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Where the app finds its services, and as whom: each setting has the value that its name promises.</summary>
internal static class AddressBaseline
{
    /// <summary>The container of the deployed package, which is none of the program's.</summary>
    public const string PackageContainer = "function-packages";

    private const string Suffix = ", environment().suffixes.storage)";

    /// <summary>What leads elsewhere, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant)
    {
        var storage = snapshot.Single("Microsoft.Storage/storageAccounts").Name;
        var identity = snapshot.Single("Microsoft.ManagedIdentity/userAssignedIdentities").Id;
        var insights = snapshot.Single("Microsoft.Insights/components").Id;
        var site = snapshot.Single("Microsoft.Web/sites");
        var model = snapshot.OfType("Microsoft.CognitiveServices/accounts").SingleOrDefault()?.Id ?? TemplateVariant.ExistingModel;
        var bus = snapshot.OfType("Microsoft.ServiceBus/namespaces").SingleOrDefault()?.Id;
        var client = Read(identity, "clientId");
        var host = $"split(split({Read(bus ?? "", "serviceBusEndpoint")}, '//')[1], ':')[0]";
        List<(string Name, string Wanted)> settings =
        [
            ("AZURE_CLIENT_ID", $"[{client}]"),
            ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", $"[format('Authorization=AAD;ClientId={{0}}', {client})]"),
            ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"[{Read(insights, "ConnectionString")}]"),
            ("AzureWebJobsStorage__blobServiceUri", $"[{Of("blob")}]"),
            ("AzureWebJobsStorage__queueServiceUri", $"[{Of("queue")}]"),
            ("AzureWebJobsStorage__tableServiceUri", $"[{Of("table")}]"),
            ("AzureWebJobsStorage__credential", "managedidentity"),
            ("AzureWebJobsStorage__clientId", $"[{client}]"),
            ("HYBRID__Messaging__BlobServiceUri", $"[{Of("blob")}]"),
            ("HYBRID__Messaging__QueueServiceUri", $"[{Of("queue")}]"),
            ("HYBRID__Model__Endpoint", $"[{Read(model, "endpoint")}]"),
        ];
        if (variant.OnBus)
        {
            settings.AddRange(
            [
                ("AzureWebJobsServiceBus__fullyQualifiedNamespace", $"[{host}]"),
                ("AzureWebJobsServiceBus__credential", "managedidentity"),
                ("AzureWebJobsServiceBus__clientId", $"[{client}]"),
                ("HYBRID__Messaging__Amqp__Namespace", $"[{host}]"),
            ]);
        }

        // People copy them to the devices.
        (string Name, string Wanted)[] outputs =
        [
            ("blobServiceUri", $"[{Of("blob")}]"),
            ("queueServiceUri", $"[{Of("queue")}]"),
            ("serviceBusHost", variant.OnBus ? $"[{host}]" : ""),
            ("functionAppName", site.Name),
            ("functionAppUri", $"[format('https://{{0}}', {Read(site.Id, "defaultHostName")})]"),
            ("messagingTransport", snapshot.Settings["HYBRID__Messaging__Transport"]),
        ];
        const string package = "functionAppConfig.deployment.storage";
        return
        [
            .. Compare("app setting", settings, name => snapshot.Settings.GetValueOrDefault(name)),
            .. Compare("output", outputs, name => snapshot.Outputs[name]?.ToString()),
            .. Difference.Of(site, $"{package}.value", $"[format('{{0}}/{{1}}', {Of("blob")}, '{PackageContainer}')]"),
            .. Difference.Of(site, $"{package}.type", "blobContainer"),
            .. Difference.Of(site, $"{package}.authentication.userAssignedIdentityResourceId", identity),
            .. Difference.Of("identities of the app", [identity], site.Node["identity"]!["userAssignedIdentities"]!.AsObject().Select(pair => pair.Key)),
            .. FindAlwaysReady(site, snapshot.Settings, variant),
        ];

        string Of(string service) => $"format('https://{{0}}.{service}.{{1}}', '{storage}'{Suffix}";
    }

    private static IEnumerable<string> Compare(string what, IEnumerable<(string Name, string Wanted)> rows, Func<string, string?> read) =>
        from row in rows
        let text = read(row.Name)
        where text is not null && WithoutVersion(text) != row.Wanted
        select $"The {what} {row.Name} is {text}, not {row.Wanted}.";

    /// <summary>An instance that waits for a function which sleeps, or is not there, would be paid for nothing.</summary>
    private static IEnumerable<string> FindAlwaysReady(PlannedResource site, IReadOnlyDictionary<string, string> settings, TemplateVariant variant)
    {
        var ready = site.At("functionAppConfig.scaleAndConcurrency.alwaysReady").Items().ToList();
        foreach (var name in ready.Select(entry => entry["name"]!.GetValue<string>()["function:".Length..]))
        {
            if (!CodeFacts.Functions.ContainsKey(name) || settings.GetValueOrDefault($"AzureWebJobs.{name}.Disabled") == "true")
            {
                yield return $"An instance always runs for {name}, which is never called.";
            }
        }

        var instances = ready.Sum(entry => entry["instanceCount"]!.GetValue<int>());
        if (instances != variant.AlwaysReady)
        {
            yield return $"{instances} instances always run, not {variant.AlwaysReady}.";
        }
    }

    private static string Read(string id, string property) => $"reference('{id}').{property}";

    // Which API version a property is read with is the template's affair.
    private static string WithoutVersion(string expression) => Regex.Replace(expression, @"(reference\('[^']*'), '[^']*'\)", "$1)");
}
