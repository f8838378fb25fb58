using System.Diagnostics.CodeAnalysis;

namespace Hybrid.Messaging;

/// <summary>
/// One queue: send, receive under a lock, settle. Thread safe. Adapters translate; they decide no policy and add no retries to their
/// SDK's.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue; the rule has collections in mind.")]
public interface IMessageQueue
{
    /// <summary>Creates the queue and its poison queue if they are missing and the transport can; harmless otherwise.</summary>
    /// <exception cref="MessagingException">The broker refused or could not be reached.</exception>
    Task EnsureAsync(CancellationToken cancellationToken);

    /// <summary>Sends; returns when the broker has it safely.</summary>
    /// <exception cref="MessagingException">It could not be sent, or perhaps was and the acknowledgement got lost.</exception>
    Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken);

    /// <summary>Receives what is there, up to a number, each under a lock; waits until something comes if nothing is there.</summary>
    /// <param name="maxMessages">At least 1.</param>
    /// <param name="lockDuration">How long they are ours; renew in time. A transport whose queues fix it takes the queue's.</param>
    /// <param name="wait">How long to wait for the first; then the list is empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MessagingException">The broker could not be reached or refused.</exception>
    Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Removes a message that has been dealt with.</summary>
    /// <returns>False if the lock was lost: it will come again, or somebody else has settled it.</returns>
    Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken);

    /// <summary>Gives a message back, to come again after a delay.</summary>
    /// <returns>False if the lock was lost.</returns>
    Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Puts a message aside for good, with the reason.</summary>
    /// <returns>False if the lock was lost.</returns>
    Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken);

    /// <summary>Prolongs the lock.</summary>
    /// <returns>False if the lock was lost: stop the work.</returns>
    Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken);
}
