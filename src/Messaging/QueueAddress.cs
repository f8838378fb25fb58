namespace Hybrid.Messaging;

/// <summary>
/// A queue by what it is for. How it is named on the wire, or whether a device's messages are a session of a shared queue, is the
/// transport's affair.
/// </summary>
/// <param name="Name">The queue's name.</param>
/// <param name="DeviceId">The device whose own messages are meant; null for queues that all share.</param>
public readonly record struct QueueAddress(string Name, string? DeviceId = null)
{
    /// <summary>From devices to the cloud.</summary>
    public static QueueAddress Escalations { get; } = new("escalations");

    /// <summary>Final outcomes, from devices to whoever keeps them.</summary>
    public static QueueAddress Results { get; } = new("results");

    /// <summary>Escalations that can never be handled, each with the reason.</summary>
    public static QueueAddress Rejected { get; } = new("escalations-rejected");

    /// <summary>From the cloud to one device.</summary>
    public static QueueAddress Answers(string deviceId) => new("answers", deviceId);
}
