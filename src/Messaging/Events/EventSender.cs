using System.Text;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging.Claims;

namespace Hybrid.Messaging.Events;

/// <summary>Sends events of any size: what does not fit the transport goes through a claim. Thread safe.</summary>
/// <param name="transport">Carries the messages.</param>
/// <param name="claims">Keeps the data that do not fit.</param>
public sealed class EventSender(IMessageTransport transport, ClaimStore claims)
{
    /// <summary>Sends an event; returns when the broker has it safely. To be called again with the same bytes after a failure.</summary>
    /// <param name="address">The queue.</param>
    /// <param name="eventBytes">The event, from <see cref="EventFormat.Write"/>.</param>
    /// <param name="cancellationToken">Ends it; the event may have been sent nevertheless.</param>
    /// <exception cref="ContractException">The bytes are no event of ours; they can never be sent.</exception>
    /// <exception cref="MessagingException">It could not be sent, or perhaps was and the acknowledgement got lost.</exception>
    public Task SendAsync(QueueAddress address, ReadOnlyMemory<byte> eventBytes, CancellationToken cancellationToken) =>
        SendAsync(address, eventBytes, null, cancellationToken);

    /// <inheritdoc cref="SendAsync(QueueAddress, ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="address">The queue.</param>
    /// <param name="eventBytes">The event, from <see cref="EventFormat.Write"/>.</param>
    /// <param name="messageId">
    /// Where the same event may have to arrive more than once: an id for this time. Null for the event's own, under which a broker that drops
    /// duplicates lets it through once.
    /// </param>
    /// <param name="cancellationToken">Ends it; the event may have been sent nevertheless.</param>
    public async Task SendAsync(QueueAddress address, ReadOnlyMemory<byte> eventBytes, string? messageId, CancellationToken cancellationToken)
    {
        var envelope = EventFormat.ReadEnvelope(eventBytes.Span);
        var body = eventBytes.Length <= transport.Abilities.MaxBodyBytes ? eventBytes : await ClaimAsync(envelope, cancellationToken);
        await transport.Open(address).SendAsync(new OutgoingMessage(messageId ?? envelope.Id, body), cancellationToken);
    }

    private async Task<byte[]> ClaimAsync(HybridEvent<JsonElement> envelope, CancellationToken cancellationToken)
    {
        if (envelope.DataRef is not null)
        {
            throw new ContractException("$.dataref", "The event has a claim and is still too large to be sent.");
        }

        var ids = EventFormat.ReadIds(envelope);
        var name = ClaimStore.NameFor(ids.DeviceId, envelope.Source, envelope.Id);
        // The claim first: an event whose claim is not there yet would fail at the receiver.
        // A crash in between leaves a claim without an event, until the same event is sent again or the sweep finds it.
        CrashPoint.Hit(SharedCrashPoints.ClaimBefore);
        await claims.PutAsync(name, Encoding.UTF8.GetBytes(envelope.Data.GetRawText()), cancellationToken);
        CrashPoint.Hit(SharedCrashPoints.ClaimStored);
        return EventFormat.Write(new HybridEvent<ClaimedData>(
            envelope.SpecVersion,
            envelope.Id,
            envelope.Source,
            envelope.Type,
            envelope.Subject,
            envelope.Time,
            envelope.DataContentType,
            ids,
            envelope.TraceParent,
            name));
    }
}
