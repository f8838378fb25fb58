using Azure.Storage.Queues.Models;

namespace Hybrid.Messaging.StorageQueues;

/// <summary>A received message with what settles it. Owned by whoever received it.</summary>
internal sealed class StorageQueueMessage : ReceivedMessage
{
    private StorageQueueMessage(QueueMessage source, byte[] body, string? malformed)
        : base(body, (int)Math.Min(source.DequeueCount, int.MaxValue), malformed)
    {
        MessageId = source.MessageId;
        PopReceipt = source.PopReceipt;
    }

    public string MessageId { get; }

    /// <summary>The key to the lock; every renewal replaces it. Read and written only while <see cref="Turn"/> is held.</summary>
    public string PopReceipt { get; set; }

    /// <summary>Whether it was completed, given back or put aside: its receipt may still open it then. Guarded by <see cref="Turn"/>.</summary>
    public bool IsSettled { get; set; }

    /// <summary>
    /// One operation at a time: a completion that used the receipt of before a renewal under way would be refused, and work that was done
    /// would be done again. Never disposed: its wait handle is not used.
    /// </summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public static StorageQueueMessage From(QueueMessage source)
    {
        var text = source.Body.ToString();
        var buffer = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text, buffer, out var length)
            ? new StorageQueueMessage(source, buffer[..length], null)
            : new StorageQueueMessage(source, source.Body.ToArray(), "The message is not Base64, which everything we send is.");
    }
}
