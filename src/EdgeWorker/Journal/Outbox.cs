using Hybrid.Messaging;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>The outbox's queues and their order: within a queue, first by priority, then as they were written.</summary>
internal static class Outbox
{
    public const int InteractivePriority = 0;
    public const int BatchPriority = 1;

    public static IReadOnlyList<QueueAddress> Queues { get; } = [QueueAddress.Escalations, QueueAddress.Results];
}
