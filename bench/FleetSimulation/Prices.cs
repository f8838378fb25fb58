namespace Hybrid.FleetSimulation;

/// <summary>
/// List prices in USD of a European region when this was written. The current ones stand on Azure's price pages, which infra/README.md names.
/// </summary>
internal static class Prices
{
    /// <summary>A request to a storage queue, or a blob read.</summary>
    public const double QueueRequest = 0.004 / 10_000;

    /// <summary>A blob write.</summary>
    public const double BlobWrite = 0.05 / 10_000;

    /// <summary>A token read by gpt-4.1-mini, global standard.</summary>
    public const double InputToken = 0.40 / 1_000_000;

    /// <summary>A token it writes.</summary>
    public const double OutputToken = 1.60 / 1_000_000;

    /// <summary>A gigabyte-second of a Flex Consumption instance.</summary>
    public const double GigabyteSecond = 0.000026;

    /// <summary>A run of a function.</summary>
    public const double Execution = 0.40 / 1_000_000;

    /// <summary>A Service Bus Standard namespace, a month.</summary>
    public const double StandardMonth = 10;

    /// <summary>Operations of Service Bus Standard that are included in a month.</summary>
    public const double StandardIncluded = 13_000_000;

    /// <summary>An operation beyond those (the first step of the scale; later ones are cheaper).</summary>
    public const double StandardOperation = 0.80 / 1_000_000;

    /// <summary>A messaging unit of Service Bus Premium, a month.</summary>
    public const double PremiumMonth = 677;
}
