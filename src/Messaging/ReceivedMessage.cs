namespace Hybrid.Messaging;

/// <summary>A message under a lock. Adapters derive from it to keep what they need for settling.</summary>
/// <param name="body">
/// What was sent; if it was not readable as sent by us (not Base64, for instance), the raw bytes, and <paramref name="malformed"/> says
/// why.
/// </param>
/// <param name="deliveryCount">How often it was delivered, this time included; 1 or more, 0 where the transport does not count.</param>
/// <param name="malformed">Why the body is not ours, or null.</param>
public abstract class ReceivedMessage(ReadOnlyMemory<byte> body, int deliveryCount, string? malformed = null)
{
    /// <summary>What was sent, or the raw bytes if <see cref="Malformed"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>How often it was delivered, this time included; 0 where the transport does not count.</summary>
    public int DeliveryCount { get; } = deliveryCount;

    /// <summary>Why the body cannot be ours, or null. Such a message belongs to the dead letters at once.</summary>
    public string? Malformed { get; } = malformed;
}
