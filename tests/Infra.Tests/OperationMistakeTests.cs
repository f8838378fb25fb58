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

}
