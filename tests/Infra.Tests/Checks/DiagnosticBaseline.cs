using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>What the services say of themselves arrives in the workspace, and is kept there as long as was asked for.</summary>
internal static class DiagnosticBaseline
{
    private const string Settings = "Microsoft.Insights/diagnosticSettings";
    private const string Workspaces = "Microsoft.OperationalInsights/workspaces";

    // What is left out has a reason in the templates.
    private static readonly (string Type, string What)[] Wanted =
    [
        ("Microsoft.Storage/storageAccounts", "metrics Transaction"),
        ("Microsoft.Storage/storageAccounts/blobServices", "logs StorageDelete"),
        ("Microsoft.ServiceBus/namespaces", "logs allLogs"),
        ("Microsoft.ServiceBus/namespaces", "metrics AllMetrics"),
        ("Microsoft.CognitiveServices/accounts", "logs allLogs"),
        ("Microsoft.CognitiveServices/accounts", "metrics AllMetrics"),
        ("Microsoft.Web/sites", "metrics AllMetrics"),
    ];

    /// <summary>What does not arrive, or is not expected, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant)
    {
        var workspace = snapshot.Single(Workspaces).Id;
        return
        [
            .. Difference.Of("diagnostics", Wanted.Where(row => snapshot.OfType(row.Type).Any()).Select(row => $"{row.Type} {row.What}"), Read(snapshot)),
            .. Difference.Of(snapshot,
            [
                (Settings, "workspaceId", workspace),
                (Workspaces, "retentionInDays", $"{variant.LogDays}"),
                (Workspaces, "workspaceCapping.dailyQuotaGb", $"{variant.LogGigabytes}"),
                ("Microsoft.Insights/components", "WorkspaceResourceId", workspace),
            ]),
        ];
    }

    private static IEnumerable<string> Read(Snapshot snapshot) =>
        from setting in snapshot.OfType(Settings)
        let scope = setting.Id[..setting.Id.IndexOf($"/providers/{Settings}/", StringComparison.Ordinal)]
        let type = snapshot.Resources.SingleOrDefault(resource => resource.Id == scope)?.Type ?? scope
        from kind in (string[])["logs", "metrics"]
        from entry in setting.At(kind).Items()
        where entry["enabled"]!.GetValue<bool>()
        select $"{type} {kind} {entry["category"] ?? entry["categoryGroup"]}";
}
