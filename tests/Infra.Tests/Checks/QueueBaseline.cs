using System.Globalization;
using System.Xml;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Queues, containers and lifecycles are what the code expects.</summary>
internal static class QueueBaseline
{
    // Service Bus, "Message transfers, locks, and settlement".
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(5);

    // docs/transports.md: a holder renews after a third of it, and a slow line must not lose it in between.
    private static readonly TimeSpan ShortestLock = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Margin = TimeSpan.FromDays(7);

    /// <summary>What differs, one line each.</summary>
    /// <param name="snapshot">The deployment.</param>
    /// <param name="onBus">Whether Service Bus carries the messages.</param>
    /// <param name="devices">The devices that were named.</param>
    public static IReadOnlyList<string> Find(Snapshot snapshot, bool onBus, params string[] devices)
    {
        var found = new List<string>();
        Compare("containers", CodeFacts.Containers, snapshot.OfType("Microsoft.Storage/storageAccounts/blobServices/containers")
            .Select(container => container.Name).Where(name => name != "function-packages"));
        Compare(
            "Storage queues",
            onBus ? [] : CodeFacts.StorageQueues.Concat(devices.SelectMany(CodeFacts.QueuesOf)),
            snapshot.OfType("Microsoft.Storage/storageAccounts/queueServices/queues").Select(queue => queue.Name));
        Compare(
            "Service Bus queues",
            onBus ? CodeFacts.BusQueues : [],
            snapshot.OfType("Microsoft.ServiceBus/namespaces/queues").Select(queue => queue.Name));
        foreach (var queue in snapshot.OfType("Microsoft.ServiceBus/namespaces/queues"))
        {
            FindInQueue(queue, found);
        }

        FindInLifecycles(snapshot, found);
        return found;

        void Compare(string what, IEnumerable<string> wanted, IEnumerable<string> there)
        {
            var (expected, actual) = (wanted.ToHashSet(), there.ToHashSet());
            found.AddRange(expected.Except(actual).Select(name => $"The {what} lack {name}."));
            found.AddRange(actual.Except(expected).Select(name => $"The {what} have {name}, which the code does not know."));
        }
    }

    private static void FindInQueue(PlannedResource queue, List<string> found)
    {
        Check("requiresSession", queue.Text("requiresSession") == (queue.Name == CodeFacts.AnswersName ? "true" : "false"));
        Check("deadLetteringOnMessageExpiration", queue.Text("deadLetteringOnMessageExpiration") == "true");
        Check("requiresDuplicateDetection", queue.Text("requiresDuplicateDetection") == "true");
        Check("maxDeliveryCount", queue.Text("maxDeliveryCount") == CodeFacts.Host.MaxDequeueCount.ToString(CultureInfo.InvariantCulture));
        Check("defaultMessageTimeToLive", Length("defaultMessageTimeToLive") >= CodeFacts.LongestDeadline + Margin);
        Check("lockDuration", Length("lockDuration") is var duration && duration <= LongestLock && duration >= ShortestLock);
        Check("duplicateDetectionHistoryTimeWindow", Length("duplicateDetectionHistoryTimeWindow") <= TimeSpan.FromDays(7));

        TimeSpan Length(string path) => XmlConvert.ToTimeSpan(queue.Text(path)!);

        void Check(string path, bool holds)
        {
            if (!holds)
            {
                found.Add($"The queue {queue.Name} has {path} {queue.Text(path) ?? "not set"}.");
            }
        }
    }

    private static void FindInLifecycles(Snapshot snapshot, List<string> found)
    {
        var rules = snapshot.Single("Microsoft.Storage/storageAccounts/managementPolicies").At("policy.rules")!.AsArray();
        var days = rules.ToDictionary(
            rule => rule!["definition"]!["filters"]!["prefixMatch"]![0]!.GetValue<string>(),
            rule => rule!["definition"]!["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!.GetValue<int>());
        var least = CodeFacts.AnswerLife > CodeFacts.LongestDeadline + Margin ? CodeFacts.AnswerLife : CodeFacts.LongestDeadline + Margin;
        // What lies among the dead letters has no end, until an operator gives it one.
        foreach (var container in CodeFacts.Containers.Where(name => name != Messaging.DeadLetters.DeadLetterStore.ContainerName))
        {
            if (!days.Remove($"{container}/", out var kept))
            {
                found.Add($"Blobs of {container} are never deleted.");
            }
            else if (TimeSpan.FromDays(kept) < least)
            {
                found.Add($"Blobs of {container} are deleted after {kept} days; they must outlive {least.TotalDays} days.");
            }
        }

        found.AddRange(days.Keys.Select(prefix => $"Blobs below {prefix} are deleted; the code does not expect it."));
    }
}
