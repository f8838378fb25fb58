namespace Hybrid.Messaging;

/// <summary>What a transport promises beyond the seam.</summary>
/// <param name="MaxBodyBytes">The largest body of one message, in bytes. Larger bodies go by claim check.</param>
/// <param name="CreatesQueues">
/// Whether <see cref="IMessageQueue.EnsureAsync"/> can create a missing queue; where not, an administrator does.
/// </param>
/// <param name="Ordered">Whether one device's messages arrive in the order they were sent.</param>
/// <param name="CountsDeliveries">Whether <see cref="ReceivedMessage.DeliveryCount"/> comes from the broker.</param>
/// <param name="DropsDuplicates">Whether the broker itself drops a second message of the same id.</param>
public sealed record TransportAbilities(int MaxBodyBytes, bool CreatesQueues, bool Ordered, bool CountsDeliveries, bool DropsDuplicates);
