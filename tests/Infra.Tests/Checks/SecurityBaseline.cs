using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Identities instead of secrets, TLS, nothing public.</summary>
internal static partial class SecurityBaseline
{
    // The instrumentation key in it opens nothing while local authentication is off.
    private const string InsightsSetting = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>What breaks the baseline, one line each.</summary>
    /// <param name="snapshot">The deployment.</param>
    /// <param name="allowSas">Whether keys were asked for.</param>
    /// <param name="isPrivate">Whether a private network was asked for.</param>
    public static IReadOnlyList<string> Find(Snapshot snapshot, bool allowSas = false, bool isPrivate = false)
    {
        var found = new List<string>();
        var keys = allowSas ? "true" : "false";
        var noKeys = allowSas ? "false" : "true";
        foreach (var resource in snapshot.Resources)
        {
            switch (resource.Type)
            {
                case "Microsoft.Storage/storageAccounts":
                    Demand(resource, "allowSharedKeyAccess", keys);
                    Demand(resource, "allowBlobPublicAccess", "false");
                    Demand(resource, "allowCrossTenantReplication", "false");
                    Demand(resource, "minimumTlsVersion", "TLS1_2");
                    Demand(resource, "supportsHttpsTrafficOnly", "true");
                    break;
                case "Microsoft.Storage/storageAccounts/blobServices/containers":
                    Demand(resource, "publicAccess", "None");
                    break;
                case "Microsoft.ServiceBus/namespaces":
                    Demand(resource, "disableLocalAuth", noKeys);
                    Demand(resource, "minimumTlsVersion", "1.2");
                    if (isPrivate && resource.Node["sku"]!["name"]!.GetValue<string>() != "Premium")
                    {
                        found.Add($"{resource.Type} {resource.Name}: private endpoints need the tier Premium.");
                    }

                    break;
                case "Microsoft.CognitiveServices/accounts":
                    Demand(resource, "disableLocalAuth", noKeys);
                    break;
                case "Microsoft.OperationalInsights/workspaces":
                    Demand(resource, "features.disableLocalAuth", "true");
                    break;
                case "Microsoft.Insights/components":
                    Demand(resource, "DisableLocalAuth", "true");
                    break;
                case "Microsoft.Web/sites":
                    Demand(resource, "httpsOnly", "true");
                    Demand(resource, "siteConfig.minTlsVersion", "1.2");
                    Demand(resource, "siteConfig.scmMinTlsVersion", "1.2");
                    Demand(resource, "siteConfig.ftpsState", "Disabled");
                    Demand(resource, "functionAppConfig.deployment.storage.authentication.type", "UserAssignedIdentity");
                    break;
                case "Microsoft.Web/sites/basicPublishingCredentialsPolicies":
                    Demand(resource, "allow", "false");
                    break;
            }

            if (isPrivate && resource.Type is "Microsoft.Storage/storageAccounts" or "Microsoft.ServiceBus/namespaces"
                or "Microsoft.CognitiveServices/accounts")
            {
                Demand(resource, "publicNetworkAccess", "Disabled");
            }
        }

        foreach (var policy in new[] { "ftp", "scm" })
        {
            if (!snapshot.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Any(resource => resource.Name == policy))
            {
                found.Add($"The function app has no policy against passwords for {policy}.");
            }
        }

        FindSecrets(snapshot, found);
        return found;

        void Demand(PlannedResource resource, string path, string wanted)
        {
            if (!string.Equals(resource.Text(path), wanted, StringComparison.OrdinalIgnoreCase))
            {
                found.Add($"{resource.Type} {resource.Name}: {path} is {resource.Text(path) ?? "not set"}, not {wanted}.");
            }
        }
    }

    private static void FindSecrets(Snapshot snapshot, List<string> found)
    {
        if (SecretSource().Match(snapshot.Json) is { Success: true, Value: var source })
        {
            found.Add($"The deployment handles a secret: {source}.");
        }

        found.AddRange(
            from pair in snapshot.Settings
            where pair.Key != InsightsSetting && (SecretName().IsMatch(pair.Key) || SecretName().IsMatch(pair.Value))
            select $"The app setting {pair.Key} looks like a secret.");
        found.AddRange(
            from pair in snapshot.Outputs
            where SecretName().IsMatch(pair.Key) || SecretName().IsMatch(pair.Value?.ToJsonString() ?? "")
            select $"The output {pair.Key} looks like a secret.");
    }

    [GeneratedRegex(@"list\w*(Keys|Secrets|Sas)\w*\s*\(|AccountKey=|SharedAccessKey=|[?&]sig=", RegexOptions.IgnoreCase)]
    private static partial Regex SecretSource();

    [GeneratedRegex(@"(Api|Access|Account|Primary|Secondary|Shared\w*)Key|Secret|Password|ConnectionString|CONNECTION_STRING|sasToken", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
