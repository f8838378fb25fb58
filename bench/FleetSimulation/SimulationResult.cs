namespace Hybrid.FleetSimulation;

/// <summary>What became of the escalations of four hours.</summary>
/// <param name="Arrived">How many came.</param>
/// <param name="Answered">How many the model answered.</param>
/// <param name="Expired">How many had passed their deadline when they were taken.</param>
/// <param name="Poisoned">How many were given up after five deliveries.</param>
/// <param name="Throttled">How many calls were refused for quota.</param>
/// <param name="Waits">Seconds from coming to the answer, ascending.</param>
/// <param name="Oldest">Second by second, the age of the oldest escalation in the queue.</param>
internal sealed record SimulationResult(
    int Arrived, int Answered, int Expired, int Poisoned, int Throttled, IReadOnlyList<double> Waits, IReadOnlyList<double> Oldest)
{
    /// <summary>The wait that so large a share does not exceed; 0 where nothing was answered.</summary>
    public double Quantile(double share) => Waits.Count == 0 ? 0 : Waits[(int)Math.Min(Waits.Count - 1, share * Waits.Count)];

    /// <summary>The share of those that came and were not answered in time.</summary>
    public double LostShare => Arrived == 0 ? 0 : (double)(Expired + Poisoned) / Arrived;
}
