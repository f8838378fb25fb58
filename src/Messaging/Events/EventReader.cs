using Hybrid.Contracts;
using Hybrid.Messaging.Claims;

namespace Hybrid.Messaging.Events;

/// <summary>Opens what came from a queue, and fetches the claim if the event has one. Thread safe.</summary>
/// <param name="claims">Where the claims lie.</param>
public sealed class EventReader(ClaimStore claims)
{
    /// <summary>Opens an event.</summary>
    /// <param name="body">The message's body.</param>
    /// <param name="type">The type expected on this queue, one of <see cref="EventTypes"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <typeparam name="TData">The record that belongs to <paramref name="type"/>.</typeparam>
    /// <exception cref="ContractException">
    /// It is none of ours, or of another type, or its claim is. The ids may still be readable:
    /// <see cref="EventFormat.ReadEnvelope"/>, then <see cref="EventFormat.ReadIds"/>.
    /// </exception>
    /// <exception cref="MessagingException">
    /// <see cref="MessagingFailure.NotFound"/> if the claim is gone, which is expected of a redelivery after a handler has deleted it;
    /// any other kind if it could not be read.
    /// </exception>
    public async Task<OpenedEvent<TData>> OpenAsync<TData>(ReadOnlyMemory<byte> body, string type, CancellationToken cancellationToken)
    {
        var envelope = EventFormat.ReadEnvelope(body.Span);
        if (envelope.DataRef is not { } name)
        {
            return new OpenedEvent<TData>(envelope, EventFormat.ReadData<TData>(envelope, type, claim: null), null);
        }

        // Judged before the download: a foreign event must not make us fetch whatever it names.
        if (envelope.Type != type)
        {
            throw new ContractException("$.type", $"type must be {type} on this queue.");
        }

        ClaimStore.CheckName(name, EventFormat.ReadIds(envelope).DeviceId);
        var claim = await claims.GetAsync(name, cancellationToken);
        return new OpenedEvent<TData>(envelope, EventFormat.ReadData<TData>(envelope, type, claim), name);
    }
}
