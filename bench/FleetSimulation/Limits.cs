namespace Hybrid.FleetSimulation;

/// <summary>What one of each gives. From Azure's documentation, by title.</summary>
internal static class Limits
{
    /// <summary>Requests per second of a storage account ("Scalability and performance targets for standard storage accounts").</summary>
    public const double AccountRequests = 20_000;

    /// <summary>Messages per second of one storage queue ("Scalability and performance targets for Queue Storage").</summary>
    public const double QueueMessages = 2_000;

    /// <summary>AMQP connections of a Service Bus namespace ("Service Bus quotas"); a device holds one.</summary>
    public const double BusConnections = 5_000;

    /// <summary>Operations per second of a Standard namespace ("Throttling operations on Azure Service Bus": 1,000 credits a second).</summary>
    public const double StandardOperations = 1_000;

    /// <summary>Role assignments of a subscription ("Azure RBAC limits").</summary>
    public const double RoleAssignments = 4_000;

    /// <summary>Tokens per minute of the deployment in prod.bicepparam.</summary>
    public const double ProdTokens = 250_000;
}
