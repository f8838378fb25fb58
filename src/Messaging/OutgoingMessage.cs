namespace Hybrid.Messaging;

/// <summary>A message to send.</summary>
/// <param name="Id">
/// The same for every attempt to send it: the event's id, or one for each time that the event is to arrive. At most 128 characters (Azure Service Bus's limit for message ids).
/// </param>
/// <param name="Body">The event, UTF-8 JSON.</param>
public sealed record OutgoingMessage(string Id, ReadOnlyMemory<byte> Body);
