using Hybrid.Messaging;

namespace Hybrid.CloudFunctions;

/// <summary>One delivery of a message, whatever the host.</summary>
/// <remarks>
/// Ids of prompts and devices are read from the body alone. What the broker says beside it helps people to find the message; no decision
/// rests on it.
/// </remarks>
/// <param name="Body">What was sent.</param>
/// <param name="Reason">Why it was put aside, where the broker keeps that beside the body; null elsewhere.</param>
/// <param name="MessageId">The broker's name for it, which is the event's id; null where the host does not say.</param>
/// <param name="DeliveryCount">How often it was delivered, this time included; 0 where the host does not say.</param>
/// <param name="SessionId">The session it came in, which is a device; null where there is none.</param>
/// <param name="CorrelationId">What its sender called the conversation; null where it did not.</param>
internal sealed record Delivery(
    ReadOnlyMemory<byte> Body, DeadLetterReason? Reason = null, string? MessageId = null, int DeliveryCount = 0, string? SessionId = null,
    string? CorrelationId = null);
