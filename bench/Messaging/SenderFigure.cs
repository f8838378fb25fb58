namespace Hybrid.Messaging.Bench;

/// <summary>One line of the table.</summary>
/// <param name="BodyBytes">The size of every body.</param>
/// <param name="AtOnce">Messages under way at once.</param>
/// <param name="PerSecond">Messages a second of the transport.</param>
/// <param name="BarePerSecond">Messages a second of the bare loop.</param>
internal sealed record SenderFigure(int BodyBytes, int AtOnce, double PerSecond, double BarePerSecond)
{
    public double Ratio => PerSecond / BarePerSecond;
}
