namespace Hybrid.FleetSimulation;

/// <summary>What a fleet asks of Azure in its busiest hour, and what a million prompts cost it.</summary>
/// <param name="Devices">How many devices.</param>
internal sealed record Demand(double Devices)
{
    private const double Month = 2_630_000;

    /// <summary>Devices that one Service Bus namespace is given: below the connections, with room for the app and for reconnecting.</summary>
    private const double DevicesPerNamespace = 4_000;

    /// <summary>Devices that one storage account is given over Storage queues: 13,600 of its 20,000 requests a second.</summary>
    private const double DevicesPerAccount = 150_000;

    /// <summary>Calls that share the seconds of an instance (callsPerInstance).</summary>
    private const double Shared = 8;

    /// <summary>Memory of an instance, in GB.</summary>
    private const double InstanceMemory = 2;

    /// <summary>A result is stored in about this many seconds.</summary>
    private const double ResultSeconds = 0.1;

    /// <summary>Escalations per second.</summary>
    public double Escalations => Devices * Assumptions.PeakEscalations;

    /// <summary>Tokens per minute the model must give.</summary>
    public double TokensPerMinute => Escalations * 60 * Assumptions.TokensPerCall;

    /// <summary>Calls at once, on average (Little's law).</summary>
    public double Calls => Escalations * Assumptions.CallSeconds * Math.Exp(Assumptions.CallSpread * Assumptions.CallSpread / 2);

    /// <summary>Requests per second at the storage account, over Storage queues.</summary>
    public double StorageRequests =>
        (Devices * Operations.QueuePolls)
        + (Escalations * (Operations.QueuePerEscalation + BlobsPerEscalation))
        + (Devices * Assumptions.PeakResults * (Operations.QueuePerResult + Operations.BlobWritesPerResult));

    /// <summary>Requests per second at the busiest queue, <c>results</c>.</summary>
    public double QueueRequests => Devices * Assumptions.PeakResults * Operations.QueuePerResult;

    /// <summary>Operations per second at Service Bus.</summary>
    public double BusOperations =>
        (Devices * Operations.BusIdle)
        + (Escalations * (Operations.QueuePerEscalation + 1))
        + (Devices * Assumptions.PeakResults * Operations.QueuePerResult);

    /// <summary>Service Bus namespaces.</summary>
    public double Namespaces => Math.Ceiling(Devices / DevicesPerNamespace);

    /// <summary>Storage accounts, over Storage queues.</summary>
    public double Accounts => Math.Ceiling(Devices / DevicesPerAccount);

    /// <summary>Subscriptions that the role assignments of devices need, over Storage queues.</summary>
    public double Subscriptions => Math.Ceiling(Devices * Operations.RolesOverQueues / Limits.RoleAssignments);

    /// <summary>The model's part of the price of a million prompts, in USD; the same for every fleet.</summary>
    public static double ModelCost =>
        1_000_000 * Assumptions.EscalationShare
        * ((Assumptions.InputTokens * Prices.InputToken) + (Assumptions.OutputTokens * Prices.OutputToken));

    /// <summary>A million prompts over Storage queues, in USD.</summary>
    public double CostOverQueues =>
        CommonCost
        + (1_000_000 * ((Assumptions.EscalationShare * Operations.QueuePerEscalation) + Operations.QueuePerResult) * Prices.QueueRequest)
        + PerMillion(Devices * Operations.QueuePolls * Month * Prices.QueueRequest);

    /// <summary>A million prompts over Service Bus Standard, in USD.</summary>
    public double CostOverStandard
    {
        get
        {
            var operations = (Devices * Operations.BusIdle * Month)
                + (MonthlyPrompts * ((Assumptions.EscalationShare * (Operations.QueuePerEscalation + 1)) + Operations.QueuePerResult));
            return CommonCost + PerMillion(
                (Namespaces * Prices.StandardMonth) + (Math.Max(0, operations - Prices.StandardIncluded) * Prices.StandardOperation));
        }
    }

    /// <summary>A million prompts over Service Bus Premium, a unit for each namespace, in USD.</summary>
    public double CostOverPremium => CommonCost + PerMillion(Namespaces * Prices.PremiumMonth);

    private static double BlobsPerEscalation =>
        Operations.BlobWritesPerEscalation + Operations.BlobReadsPerEscalation + Operations.BlobDeletesPerEscalation;

    private static double CommonCost
    {
        get
        {
            var escalation = (Operations.BlobWritesPerEscalation * Prices.BlobWrite)
                + (Operations.BlobReadsPerEscalation * Prices.QueueRequest)
                + (Assumptions.CallSeconds * InstanceMemory * Prices.GigabyteSecond / Shared)
                + Prices.Execution;
            var result = (Operations.BlobWritesPerResult * Prices.BlobWrite)
                + (ResultSeconds * InstanceMemory * Prices.GigabyteSecond)
                + Prices.Execution;
            return ModelCost + (1_000_000 * ((Assumptions.EscalationShare * escalation) + result));
        }
    }

    private double MonthlyPrompts => Devices * Assumptions.PromptsPerDay * Month / 86_400;

    private double PerMillion(double monthly) => monthly / MonthlyPrompts * 1_000_000;
}
