namespace Hybrid.Journal.Bench;

/// <summary>One line of the table.</summary>
/// <param name="Callers">Callers that each wait for their prompt to be on disk before they hand in the next.</param>
/// <param name="PerSecond">Prompts accepted a second.</param>
/// <param name="P50Ms">The median time of one acceptance, in milliseconds.</param>
/// <param name="P99Ms">99 of 100 were faster, in milliseconds.</param>
/// <param name="BarePerSecond">Rows a second of a bare loop that commits as many rows at once.</param>
internal sealed record AcceptFigure(int Callers, double PerSecond, double P50Ms, double P99Ms, double BarePerSecond)
{
    public double Ratio => PerSecond / BarePerSecond;
}
