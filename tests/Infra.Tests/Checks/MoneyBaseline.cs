using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>What is paid for: the model and its capacity, and the budget that warns.</summary>
internal static class MoneyBaseline
{
    private const string Deployments = "Microsoft.CognitiveServices/accounts/deployments";
    private const string Budgets = "Microsoft.Consumption/budgets";

    // As the README and the type promise.
    private static readonly string[] Warnings = ["Actual GreaterThan 80 %", "Actual GreaterThan 100 %", "Forecasted GreaterThan 100 %"];

    /// <summary>What differs, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant) =>
    [
        .. Difference.Of("models", variant.Model is { } model ? [model] : [], snapshot.OfType(Deployments).Select(deployment =>
            $"{deployment.Text("model.name")} {deployment.Text("model.version")} {deployment.Node["sku"]!["name"]} {deployment.Node["sku"]!["capacity"]}")),
        .. Difference.Of(snapshot,
        [
            (Deployments, "model.format", "OpenAI"),
            (Deployments, "raiPolicyName", "Microsoft.DefaultV2"),
            (Deployments, "versionUpgradeOption", "OnceCurrentVersionExpired"),
            (Budgets, "category", "Cost"),
            (Budgets, "timeGrain", "Monthly"),
        ]),
        .. from deployment in snapshot.OfType(Deployments)
           where snapshot.Settings.GetValueOrDefault("HYBRID__Model__Deployment") is var asked && asked != deployment.Name
           select $"The app does not ask for the deployment {deployment.Name}.",
        .. Difference.Of("budgets", variant.Budget is { } wanted ? [wanted] : [], snapshot.OfType(Budgets).Select(budget =>
            $"{budget.Text("amount")} from {budget.Text("timePeriod.startDate")!.Replace("T00:00:00Z", "", StringComparison.Ordinal)}")),
        .. snapshot.OfType(Budgets).SelectMany(budget => Difference.Of("warnings of the budget", Warnings, Read(budget, variant.AlertEmail!))),
    ];

    private static IEnumerable<string> Read(PlannedResource budget, string told) =>
        from pair in budget.At("notifications")!.AsObject()
        let warning = pair.Value!
        where warning["enabled"]!.GetValue<bool>() && warning["contactEmails"].Items().Any(email => email.GetValue<string>() == told)
        select $"{warning["thresholdType"]} {warning["operator"]} {warning["threshold"]} %";
}
