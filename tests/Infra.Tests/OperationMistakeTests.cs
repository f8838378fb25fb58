using Hybrid.Infra.Tests.Bicep;
using Hybrid.Infra.Tests.Checks;

namespace Hybrid.Infra.Tests;

/// <summary>Deliberate mistakes in what carries and keeps messages, in what is watched, and in what is paid for.</summary>
public sealed class OperationMistakeTests(BicepServer bicep)
{
    [Theory]
    [InlineData(
        "bus", "main.bicep", "{ name: names.answers, requiresSession: true }", "{ name: names.answers, requiresSession: false }",
        "answers has requiresSession false")]
    [InlineData("bus", "main.bicep", "timeToLive: 'P${keptDays}D'", "timeToLive: 'P14D'", "defaultMessageTimeToLive P14D")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "deadLetteringOnMessageExpiration: true", "deadLetteringOnMessageExpiration: false",
        "deadLetteringOnMessageExpiration false")]
    [InlineData("bus", "main.bicep", "param maxDeliveryCount int = 5", "param maxDeliveryCount int = 10", "maxDeliveryCount 10")]
    [InlineData("bus", "main.bicep", "lockDuration: 'PT$", "lockDuration: empty(lockRest) ? 'PT20S' : 'PT$", "lockDuration PT20S")]
    [InlineData("bus", "main.bicep", "lockDuration: 'PT$", "lockDuration: empty(lockRest) ? 'PT10M' : 'PT$", "lockDuration PT10M")]
    [InlineData("queues", "main.bicep", "  results: 'results'", "  results: 'result'", "The Storage queues lack results")]
    [InlineData("queues", "main.bicep", "      names.calls\n", "", "The containers lack calls")]
    [InlineData(
        "queues", "main.bicep", "{ container: names.answers, days: keptDays }", "{ container: names.answers, days: 7 }",
        "Blobs of answers are deleted after 7 days")]
    [InlineData("queues", "main.bicep", "      { container: names.calls, days: keptDays }\n", "", "Blobs of calls are never deleted")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "requiresSession: queue.requiresSession", "requiresSession: queue.requiresSession\n      autoDeleteOnIdle: 'P1D'",
        "has autoDeleteOnIdle P1D")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "requiresSession: queue.requiresSession", "requiresSession: queue.requiresSession\n      status: 'ReceiveDisabled'",
        "has status ReceiveDisabled")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "requiresSession: queue.requiresSession", "requiresSession: queue.requiresSession\n      forwardDeadLetteredMessagesTo: 'results'",
        "has forwardDeadLetteredMessagesTo results")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "duplicateDetectionHistoryTimeWindow: duplicateWindow", "duplicateDetectionHistoryTimeWindow: empty(duplicateWindow) ? '' : 'PT5M'",
        "duplicateDetectionHistoryTimeWindow PT5M")]
    [InlineData(
        "queues", "modules/storage.bicep", "enabled: true\n        type: 'Lifecycle'", "enabled: false\n        type: 'Lifecycle'",
        "The lifecycle of answers does nothing")]
    [InlineData("queues", "modules/storage.bicep", "'blockBlob'", "'appendBlob'", "The lifecycle of answers does nothing")]
    [InlineData(
        "queues", "modules/storage.bicep", "containerDeleteRetentionPolicy: { enabled: true, days: 7 }", "containerDeleteRetentionPolicy: { enabled: false }",
        "containerDeleteRetentionPolicy.enabled is false")]
    [InlineData(
        "queues", "modules/storage.bicep", " deleteRetentionPolicy: { enabled: true, days: 7 }", " deleteRetentionPolicy: { enabled: false }",
        " deleteRetentionPolicy.enabled is false")]
    public Task Queue_Misconfigured_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "logs: [{ categoryGroup: 'allLogs', enabled: true }]", "logs: [{ categoryGroup: 'allLogs', enabled: false }]",
        "The diagnostics lack Microsoft.ServiceBus/namespaces logs allLogs")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "logs: [{ categoryGroup: 'allLogs', enabled: true }]", "logs: []",
        "The diagnostics lack Microsoft.ServiceBus/namespaces logs allLogs")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "metrics: [{ category: 'AllMetrics', enabled: true }]", "metrics: [{ category: 'AllMetrics', enabled: false }]",
        "The diagnostics lack Microsoft.ServiceBus/namespaces metrics AllMetrics")]
    [InlineData(
        "bus", "modules/serviceBus.bicep", "'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {", "'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (false) {",
        "The diagnostics lack Microsoft.ServiceBus/namespaces metrics AllMetrics")]
    [InlineData(
        "queues", "modules/openAi.bicep", "logs: [{ categoryGroup: 'allLogs', enabled: true }]", "logs: [{ categoryGroup: 'allLogs', enabled: false }]",
        "The diagnostics lack Microsoft.CognitiveServices/accounts logs allLogs")]
    [InlineData(
        "queues", "modules/openAi.bicep", "metrics: [{ category: 'AllMetrics', enabled: true }]", "metrics: []",
        "The diagnostics lack Microsoft.CognitiveServices/accounts metrics AllMetrics")]
    [InlineData(
        "private", "modules/openAi.bicep", "'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {", "'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (false) {",
        "The diagnostics lack Microsoft.CognitiveServices/accounts logs allLogs")]
    [InlineData(
        "queues", "modules/functionApp.bicep", "metrics: [{ category: 'AllMetrics', enabled: true }]", "metrics: [{ category: 'AllMetrics', enabled: false }]",
        "The diagnostics lack Microsoft.Web/sites metrics")]
    [InlineData(
        "queues", "modules/functionApp.bicep", "'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {", "'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (false) {",
        "The diagnostics lack Microsoft.Web/sites metrics")]
    [InlineData(
        "queues", "modules/storage.bicep", "'Transaction', enabled: true", "'Transaction', enabled: false",
        "The diagnostics lack Microsoft.Storage/storageAccounts metrics")]
    [InlineData(
        "queues", "modules/storage.bicep", "resource accountMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {", "resource accountMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (false) {",
        "The diagnostics lack Microsoft.Storage/storageAccounts metrics")]
    [InlineData(
        "queues", "modules/storage.bicep", "logs: [{ category: 'StorageDelete', enabled: true }]", "logs: []",
        "The diagnostics lack Microsoft.Storage/storageAccounts/blobServices logs")]
    [InlineData(
        "queues", "modules/storage.bicep", "resource blobDeletes 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {", "resource blobDeletes 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (false) {",
        "The diagnostics lack Microsoft.Storage/storageAccounts/blobServices logs")]
    [InlineData("long", "modules/monitoring.bicep", "retentionInDays: retentionDays", "retentionInDays: min(retentionDays, 30)", "retentionInDays is 30, not 45")]
    [InlineData("long", "modules/monitoring.bicep", "dailyQuotaGb: dailyQuotaGb", "dailyQuotaGb: min(dailyQuotaGb, -1)", "dailyQuotaGb is -1, not 2")]
    public Task Diagnostics_SwitchedOff_AreFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData("queues", "modules/alerts.bicep", "enabled: true\n      severity: alert", "enabled: false\n      severity: alert", "alert-put-aside-hybrid")]
    [InlineData(
        "bus", "modules/alerts.bicep", "not empty.'\n    enabled: true", "not empty.'\n    enabled: false",
        "Microsoft.Insights/metricAlerts alert-dead-letters")]
    [InlineData("bus", "modules/alerts.bicep", "enabled: true\n    groupShortName", "enabled: false\n    groupShortName", "Microsoft.Insights/actionGroups")]
    [InlineData(
        "long", "modules/alerts.bicep", "threshold: oldestEscalationMinutes }", "threshold: 10 }",
        "The alerts lack oldest-escalation: severity 2, Maximum of waitedMinutes GreaterThan 17")]
    [InlineData("long", "modules/alerts.bicep", "threshold: failedCalls }", "threshold: 5 }", "The alerts lack failed-calls: severity 2, Count GreaterThan 3")]
    [InlineData("bus", "modules/alerts.bicep", "threshold: 0\n          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*']", "threshold: 100\n          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*']", "The metric alerts lack dead-letters")]
    [InlineData("queues", "modules/alerts.bicep", "longer than ${oldestEscalationMinutes} minutes", "longer than 5 minutes", "does not say its threshold 10")]
    [InlineData(
        "queues", "modules/alerts.bicep", "timeAggregation: 'Maximum', metric", "timeAggregation: 'Minimum', metric",
        "oldest-escalation: severity 2, Minimum")]
    [InlineData("bus", "modules/alerts.bicep", "          timeAggregation: 'Maximum'", "          timeAggregation: 'Minimum'", "Minimum of DeadletteredMessages GreaterThan 0")]
    [InlineData("long", "modules/alerts.bicep", "actions: { actionGroups: actionGroups }", "actions: { actionGroups: [] }", "actions.actionGroups.0 is not set")]
    [InlineData(
        "bus", "modules/alerts.bicep", "values: ['*'] }]\n        }\n      ]\n    }\n    actions: [for group in actionGroups: { actionGroupId: group }]", "values: ['*'] }]\n        }\n      ]\n    }\n    actions: []",
        "actions.0.actionGroupId is not set")]
    [InlineData("bus", "modules/alerts.bicep", "Do the functions run?'\n    enabled: true", "Do the functions run?'\n    enabled: false", "alert-stalled-hybrid")]
    [InlineData("bus", "modules/alerts.bicep", "operator: 'LessThan'", "operator: 'GreaterThan'", "The metric alerts lack stalled")]
    [InlineData("bus", "modules/alerts.bicep", "metricName: 'CompleteMessage'", "metricName: 'IncomingMessages'", "The metric alerts lack stalled")]
    [InlineData("bus", "main.bicep", "escalationQueue: names.escalations", "escalationQueue: names.results", "The metric alerts lack stalled")]
    [InlineData("bus", "modules/alerts.bicep", "values: ['*']", "values: ['escalations']", "GreaterThan 0 in Include [\"escalations\"] of EntityName")]
    [InlineData(
        "bus", "modules/alerts.bicep", "          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]\n", "",
        "The metric alerts lack dead-letters")]
    [InlineData(
        "queues", "modules/alerts.bicep", "metricMeasureColumn: 'waitedMinutes'", "metricMeasureColumn: 'waited'",
        "does not give waited, which is measured")]
    [InlineData("queues", "modules/alerts.bicep", "/ 1m", "/ 1s", "lacks project waitedMinutes = (timestamp - came) / 1m")]
    [InlineData("queues", "modules/alerts.bicep", "where operation_Name in", "where name in", "reads name, which traces do not have")]
    [InlineData("queues", "modules/alerts.bicep", "InsertedOn|", "", "finds no time in")]
    [InlineData("bus", "modules/alerts.bicep", "EnqueuedTimeUtc)", "EnqueuedTime)", "finds no time in")]
    [InlineData("queues", "modules/alerts.bicep", "startswith \"Trigger Details:\"", "startswith \"Details:\"", "with which nothing starts")]
    [InlineData("queues", "modules/alerts.bicep", "skipQueryValidation: true", "skipQueryValidation: false", "skipQueryValidation is false")]
    [InlineData("queues", "modules/alerts.bicep", "and success == false", "and success == true", "failed-calls lacks success == false")]
    [InlineData("queues", "modules/alerts.bicep", "\"ended Failed\"", "\"ended in failure\"", "overlooks")]
    [InlineData("queues", "modules/alerts.bicep", "  (traces | where message has \"was put aside on\"),\n", "", "overlooks")]
    [InlineData(
        "queues", "modules/alerts.bicep", "\"Moving message to queue\"", "\"Moved message to queue\"",
        "asks for 'Moved message to queue', which nobody says")]
    [InlineData("queues", "modules/alerts.bicep", "replace(failedQuery, '%NAMES%', escalationNames)", "failedQuery", "has a place that was not filled")]
    [InlineData(
        "queues", "modules/alerts.bicep", "replace(failedQuery, '%NAMES%', escalationNames)", "replace(failedQuery, '%NAMES%', poisonNames)",
        "failed-calls asks for \"EscalationPoison\", not \"Escalation\"")]
    [InlineData(
        "bus", "main.bicep", "escalationFunctions: [(usesBus ? busFunctions : queueFunctions)[0]]", "escalationFunctions: [queueFunctions[0]]",
        "asks for \"Escalation\", not \"EscalationServiceBus\"")]
    [InlineData("queues", "main.bicep", "param oldestEscalationMinutes int = 10", "param oldestEscalationMinutes int = 60", "The alerts lack oldest-escalation")]
    [InlineData("queues", "main.bicep", "param failedCalls int = 5", "param failedCalls int = 50", "The alerts lack failed-calls")]
    [InlineData("bus", "main.bicep", "emails: alertEmails", "emails: take(alertEmails, 0)", "The people told of alerts lack watch@example.com")]
    public Task Alert_Blunted_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData("bus", "modules/budget.bicep", "threshold: 80", "threshold: 180", "The warnings of the budget lack Actual GreaterThan 80 %")]
    [InlineData(
        "bus", "modules/budget.bicep", "enabled: true\n        operator: 'GreaterThan'\n        threshold: 80", "enabled: false\n        operator: 'GreaterThan'\n        threshold: 80",
        "The warnings of the budget lack Actual GreaterThan 80 %")]
    [InlineData("prod", "modules/budget.bicep", "'Forecasted'", "'Actual'", "The warnings of the budget lack Forecasted GreaterThan 100 %")]
    [InlineData("prod", "modules/budget.bicep", "amount: monthly.amount", "amount: 1", "The budgets lack 1500 from 2026-12-01")]
    [InlineData("bus", "main.bicep", "= if (monthlyBudget != null)", "= if (false)", "The budgets lack 40 from 2027-01-01")]
    [InlineData(
        "queues", "modules/openAi.bicep", "'OnceCurrentVersionExpired'", "'OnceNewDefaultVersionAvailable'",
        "versionUpgradeOption is OnceNewDefaultVersionAvailable")]
    [InlineData("queues", "modules/openAi.bicep", "    raiPolicyName: 'Microsoft.DefaultV2'\n", "", "raiPolicyName is not set")]
    [InlineData("queues", "modules/openAi.bicep", "capacity: model.capacity", "capacity: 300", "The models lack gpt-4.1-mini 2025-04-14 GlobalStandard 30")]
    [InlineData("bus", "modules/openAi.bicep", "name: deployment", "name: '${deployment}s'", "The app does not ask for the deployment chats")]
    public Task Money_Misspent_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);
}
