using System.Globalization;
using System.Xml;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Queues, containers and lifecycles are what the code expects.</summary>
internal static class QueueBaseline
{
    private const string BlobServices = "Microsoft.Storage/storageAccounts/blobServices";

    // Service Bus, "Message transfers, locks, and settlement". docs/transports.md: a holder renews after a third of it, and a slow line must not
    // lose it in between.
    private static readonly (TimeSpan Least, TimeSpan Most) Lock = (TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));

    // Service Bus, "Duplicate detection"; a sender that lost the broker tries again for some minutes.
    private static readonly (TimeSpan Least, TimeSpan Most) DuplicateWindow = (TimeSpan.FromMinutes(10), TimeSpan.FromDays(7));

    // Any other might delete a queue, close it, or send its messages where nobody reads them.
    private static readonly string[] Properties =
    [
        "deadLetteringOnMessageExpiration", "defaultMessageTimeToLive", "duplicateDetectionHistoryTimeWindow", "lockDuration", "maxDeliveryCount",
        "maxSizeInMegabytes", "requiresDuplicateDetection", "requiresSession",
    ];

    private static readonly TimeSpan Margin = TimeSpan.FromDays(7);

    /// <summary>What differs, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant)
    {
        var devices = variant.Devices.SelectMany(device => CodeFacts.QueuesOf(device.Id));
        List<string> found =
        [
            .. Difference.Of("containers", [.. CodeFacts.Containers, AddressBaseline.PackageContainer], Names($"{BlobServices}/containers")),
            .. Difference.Of(
                "Storage queues", variant.OnBus ? [] : CodeFacts.StorageQueues.Concat(devices), Names("Microsoft.Storage/storageAccounts/queueServices/queues")),
            .. Difference.Of("Service Bus queues", variant.OnBus ? CodeFacts.BusQueues : [], Names("Microsoft.ServiceBus/namespaces/queues")),
            .. Difference.Of(snapshot,
            [
                (BlobServices, "deleteRetentionPolicy.enabled", "true"),
                (BlobServices, "deleteRetentionPolicy.days", "7"),
                (BlobServices, "containerDeleteRetentionPolicy.enabled", "true"),
                (BlobServices, "containerDeleteRetentionPolicy.days", "7"),
            ]),
        ];
        foreach (var queue in snapshot.OfType("Microsoft.ServiceBus/namespaces/queues"))
        {
            FindInQueue(queue, found);
        }

        FindInLifecycles(snapshot, found);
        return found;

        IEnumerable<string> Names(string type) => snapshot.OfType(type).Select(resource => resource.Name);
    }

    private static void FindInQueue(PlannedResource queue, List<string> found)
    {
        Check("requiresSession", queue.Text("requiresSession") == (queue.Name == CodeFacts.AnswersName ? "true" : "false"));
        Check("deadLetteringOnMessageExpiration", queue.Text("deadLetteringOnMessageExpiration") == "true");
        Check("requiresDuplicateDetection", queue.Text("requiresDuplicateDetection") == "true");
        Check("maxDeliveryCount", queue.Text("maxDeliveryCount") == CodeFacts.Host.MaxDequeueCount.ToString(CultureInfo.InvariantCulture));
        Check("defaultMessageTimeToLive", Length("defaultMessageTimeToLive") >= CodeFacts.LongestDeadline + Margin);
        Check("lockDuration", IsIn(Lock, Length("lockDuration")));
        Check("duplicateDetectionHistoryTimeWindow", IsIn(DuplicateWindow, Length("duplicateDetectionHistoryTimeWindow")));
        foreach (var (name, _) in queue.Properties)
        {
            Check(name, Properties.Contains(name));
        }

        static bool IsIn((TimeSpan Least, TimeSpan Most) limits, TimeSpan length) => length >= limits.Least && length <= limits.Most;

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
        var rules = snapshot.Single("Microsoft.Storage/storageAccounts/managementPolicies").At("policy.rules").Items().ToLookup(rule =>
            rule["enabled"]!.GetValue<bool>()
            && rule["type"]!.GetValue<string>() == "Lifecycle"
            // The program writes no others.
            && string.Join(',', rule["definition"]!["filters"]!["blobTypes"].Items()) == "blockBlob");
        found.AddRange(rules[false].Select(rule => $"The lifecycle of {rule["name"]} does nothing."));
        var days = rules[true].ToDictionary(
            rule => rule["definition"]!["filters"]!["prefixMatch"]![0]!.GetValue<string>(),
            rule => rule["definition"]!["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!.GetValue<int>());
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
