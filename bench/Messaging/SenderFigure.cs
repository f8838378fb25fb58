namespace Hybrid.Messaging.Bench;

/// <summary>One line of the table.</summary>
/// <param name="BodyBytes">The size of every body.</param>
/// <param name="AtOnce">Messages under way at once.</param>
/// <param name="PerSecond">Messages a second of the transport.</param>
/// <param name="BarePerSecond">Messages a second of the bare loop.</param>
/// <param name="Ratio">The median over the rounds of one to the other: the two of a round were measured one right after the other.</param>
internal sealed record SenderFigure(int BodyBytes, int AtOnce, double PerSecond, double BarePerSecond, double Ratio);
