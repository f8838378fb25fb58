using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Settings;

/// <summary>What the chosen transport means here.</summary>
internal static class TransportChoice
{
    /// <summary>Whether messages cross on Storage queues, which are fetched in batches and hide what failed.</summary>
    public static bool IsOverStorageQueues(this MessagingOptions messaging) =>
        string.Equals(messaging.Transport, nameof(MessagingTransport.StorageQueue), StringComparison.OrdinalIgnoreCase);
}
