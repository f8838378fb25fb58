using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Identities instead of secrets, TLS, nothing public.</summary>
internal static partial class SecurityBaseline
{
    // The instrumentation key in it opens nothing while local authentication is off.
    private const string InsightsSetting = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>What breaks the baseline, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant)
    {
        var found = Difference.Of(snapshot, Wanted(variant)).ToList();
        found.AddRange(
            from name in (string[])["ftp", "scm"]
            where !snapshot.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Any(resource => resource.Name == name)
            select $"The function app has no policy against passwords for {name}.");
        FindSecrets(snapshot, found);
        return found;
    }

    private static IEnumerable<(string Type, string Path, string? Wanted)> Wanted(TemplateVariant variant)
    {
        const string storage = "Microsoft.Storage/storageAccounts";
        const string site = "Microsoft.Web/sites";
        var (keys, noKeys) = variant.AllowSas ? ("true", "false") : ("false", "true");
        return
        [
            (storage, "allowSharedKeyAccess", keys),
            (storage, "allowBlobPublicAccess", "false"),
            (storage, "allowCrossTenantReplication", "false"),
            (storage, "defaultToOAuthAuthentication", "true"),
            (storage, "minimumTlsVersion", "TLS1_2"),
            (storage, "supportsHttpsTrafficOnly", "true"),
            (storage, "sasPolicy.expirationAction", variant.AllowSas ? "Log" : null),
            (storage, "sasPolicy.sasExpirationPeriod", variant.AllowSas ? "1.00:00:00" : null),
            ("Microsoft.Storage/storageAccounts/blobServices/containers", "publicAccess", "None"),
            ("Microsoft.ServiceBus/namespaces", "disableLocalAuth", noKeys),
            ("Microsoft.ServiceBus/namespaces", "minimumTlsVersion", "1.2"),
            ("Microsoft.CognitiveServices/accounts", "disableLocalAuth", noKeys),
            ("Microsoft.OperationalInsights/workspaces", "features.disableLocalAuth", "true"),
            // Who may see a resource sees its logs, and no other's.
            ("Microsoft.OperationalInsights/workspaces", "features.enableLogAccessUsingOnlyResourcePermissions", "true"),
            ("Microsoft.Insights/components", "DisableLocalAuth", "true"),
            ("Microsoft.Insights/components", "DisableIpMasking", "false"),
            (site, "httpsOnly", "true"),
            (site, "siteConfig.minTlsVersion", "1.2"),
            (site, "siteConfig.scmMinTlsVersion", "1.2"),
            (site, "siteConfig.ftpsState", "Disabled"),
            (site, "functionAppConfig.deployment.storage.authentication.type", "UserAssignedIdentity"),
            ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", "false"),
        ];
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
