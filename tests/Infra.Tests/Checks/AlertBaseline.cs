using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Somebody is told when something is wrong, and only then.</summary>
internal static class AlertBaseline
{
    private const string Rules = "Microsoft.Insights/scheduledQueryRules";
    private const string Metrics = "Microsoft.Insights/metricAlerts";
    private const string Groups = "Microsoft.Insights/actionGroups";

    /// <summary>What is wrong, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant)
    {
        var insights = snapshot.Single("Microsoft.Insights/components").Id;
        var bus = snapshot.OfType("Microsoft.ServiceBus/namespaces").SingleOrDefault()?.Id;
        var group = snapshot.OfType(Groups).SingleOrDefault()?.Id;
        return
        [
            .. Difference.Of(
                "alerts",
                [
                    "put-aside: severity 1, Count GreaterThan 0",
                    $"oldest-escalation: severity 2, Maximum of waitedMinutes GreaterThan {variant.OldestEscalationMinutes}",
                    $"failed-calls: severity 2, Count GreaterThan {variant.FailedCalls}",
                ],
                snapshot.OfType(Rules).Select(Describe)),
            .. Difference.Of(
                "metric alerts",
                variant.OnBus
                    ?
                    [
                        "dead-letters: severity 1, PT5M, Maximum of DeadletteredMessages GreaterThan 0 in any EntityName",
                        "stalled: severity 1, PT15M, Minimum of ActiveMessages GreaterThan 0 in Include [\"escalations\"] of EntityName"
                            + " and Total of CompleteMessage LessThan 1 in Include [\"escalations\"] of EntityName",
                    ]
                    : [],
                snapshot.OfType(Metrics).Select(DescribeMetric)),
            .. Difference.Of(snapshot,
            [
                (Rules, "enabled", "true"),
                (Rules, "scopes.0", insights),
                (Rules, "scopes.1", null),
                (Rules, "evaluationFrequency", "PT5M"),
                (Rules, "windowSize", "PT15M"),
                (Rules, "autoMitigate", "true"),
                (Rules, "criteria.allOf.1", null),
                (Rules, "criteria.allOf.0.failingPeriods.minFailingPeriodsToAlert", "1"),
                (Rules, "criteria.allOf.0.failingPeriods.numberOfEvaluationPeriods", "1"),
                (Rules, "criteria.allOf.0.dimensions", null),
                (Rules, "actions.actionGroups.0", group),
                (Rules, "actions.actionGroups.1", null),
                (Rules, "muteActionsDuration", null),
                // A first deployment has no tables yet.
                (Rules, "skipQueryValidation", "true"),
                (Metrics, "enabled", "true"),
                (Metrics, "scopes.0", bus),
                (Metrics, "scopes.1", null),
                (Metrics, "evaluationFrequency", "PT5M"),
                (Metrics, "autoMitigate", "true"),
                (Metrics, "actions.0.actionGroupId", group),
                (Metrics, "actions.1", null),
                (Groups, "enabled", "true"),
            ]),
            .. Difference.Of("people told of alerts", variant.AlertEmail is { } email ? [email] : [], snapshot.OfType(Groups)
                .SelectMany(people => people.At("emailReceivers").Items())
                .Select(receiver => receiver["emailAddress"]!.GetValue<string>())),
            .. FindInWords(snapshot),
            .. QueryBaseline.Find(snapshot, variant.OnBus),
        ];
    }

    private static string Describe(PlannedResource rule)
    {
        var of = rule.Text("criteria.allOf.0.metricMeasureColumn") is { } column ? $" of {column}" : "";
        return $"{rule.Text("displayName")}: severity {rule.Text("severity")}, {rule.Text("criteria.allOf.0.timeAggregation")}{of} {rule.Text("criteria.allOf.0.operator")}"
            + $" {rule.Text("criteria.allOf.0.threshold")}";
    }

    private static string DescribeMetric(PlannedResource alert)
    {
        var criteria =
            from criterion in alert.At("criteria.allOf").Items()
            // Without a dimension the counts of all queues would be added up; with some names the others would be silent.
            let dimensions =
                from dimension in criterion["dimensions"].Items()
                let isAny = dimension["operator"]!.ToString() == "Include" && dimension["values"]!.ToJsonString() == "[\"*\"]"
                select $"{(isAny ? "any" : $"{dimension["operator"]} {dimension["values"]!.ToJsonString()} of")} {dimension["name"]}"
            select $"{criterion["timeAggregation"]} of {criterion["metricName"]} {criterion["operator"]} {criterion["threshold"]} in {string.Join(", ", dimensions)}";
        return $"{string.Join('-', alert.Name.Split('-')[1..^2])}: severity {alert.Text("severity")}, {alert.Text("windowSize")}, {string.Join(" and ", criteria)}";
    }

    /// <summary>The text that somebody reads at night says the threshold that was passed.</summary>
    private static IEnumerable<string> FindInWords(Snapshot snapshot) =>
        from rule in snapshot.OfType(Rules)
        let threshold = rule.Text("criteria.allOf.0.threshold")!
        where threshold != "0" && !rule.Text("description")!.Contains($" {threshold} ", StringComparison.Ordinal)
        select $"The alert {rule.Text("displayName")} does not say its threshold {threshold}.";
}
