using System.Text.RegularExpressions;
using Hybrid.Contracts;

namespace Hybrid.Messaging.StorageQueues;

/// <summary>How queues are named on the wire.</summary>
internal static partial class StorageQueueName
{
    /// <summary>What is put aside lies on the queue of this name behind the queue's, as the Functions host has it.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>Azure Storage, "Naming queues and metadata".</summary>
    private const int MaxLength = 63;

    public static string Of(QueueAddress address)
    {
        if (address.DeviceId is { } device && !DeviceIds.IsWellFormed(device))
        {
            throw new ArgumentException(
                $"The device id of queue '{address.Name}' is malformed; it must be {DeviceIds.Rule}.", nameof(address));
        }

        var name = address.DeviceId is null ? address.Name : $"{address.Name}-{address.DeviceId}";
        var room = IsPoison(name) ? MaxLength : MaxLength - PoisonSuffix.Length;
        return name.Length <= room && Pattern().IsMatch(name)
            ? name
            : throw new ArgumentException(
                $"'{name}' cannot name a queue; it must be 3 to {room} lower-case letters and digits with single hyphens between them.",
                nameof(address));
    }

    public static bool IsPoison(string name) => name.EndsWith(PoisonSuffix, StringComparison.Ordinal);

    [GeneratedRegex(@"^(?=.{3})[a-z0-9](-?[a-z0-9])*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
