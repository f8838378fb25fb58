namespace Hybrid.FleetSimulation;

/// <summary>How often the code asks Azure for something. Counted in the code; the comments say where.</summary>
internal static class Operations
{
    /// <summary>
    /// Requests per second of an idle device on its answer queue: every <c>Journal:IdlePoll</c>, a minute, the inbox waits for a second, in which
    /// <c>StorageQueue.ReceiveAsync</c> asks five times (pauses of 0.1 s, doubling).
    /// </summary>
    public const double QueuePolls = 5.0 / 61;

    /// <summary>
    /// Operations per second of an idle device on Service Bus: one receive in about a minute, and the lock of its session renewed after a third of it
    /// (<c>SessionHold</c>), every 20 seconds with the minute of <c>lockDuration</c> in infra/bicep.
    /// </summary>
    public const double BusIdle = (1.0 / 61) + (1.0 / 20);

    /// <summary>An escalation's queue requests: sent, received, deleted; the answer sent and deleted (received by polling).</summary>
    public const double QueuePerEscalation = 5;

    /// <summary>A result's queue requests: sent, received, deleted.</summary>
    public const double QueuePerResult = 3;

    /// <summary>An escalation's blob writes: the lease's blob made, the lease taken, the outcome written.</summary>
    public const double BlobWritesPerEscalation = 3;

    /// <summary>An escalation's blob reads: whether there is an outcome.</summary>
    public const double BlobReadsPerEscalation = 1;

    /// <summary>An escalation's blob deletions, which cost nothing but count as requests.</summary>
    public const double BlobDeletesPerEscalation = 1;

    /// <summary>A result's blob writes.</summary>
    public const double BlobWritesPerResult = 1;

    /// <summary>Role assignments of a device over Storage queues (infra/bicep/modules/device.bicep).</summary>
    public const double RolesOverQueues = 6;

    /// <summary>Role assignments of a device over Service Bus.</summary>
    public const double RolesOverBus = 4;
}
