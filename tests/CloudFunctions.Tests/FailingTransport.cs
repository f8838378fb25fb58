using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Tests;

/// <summary>A real transport whose sends fail when a test says so.</summary>
internal sealed class FailingTransport(IMessageTransport inner) : IMessageTransport
{
    /// <summary>Called before each send; throws to make it fail.</summary>
    public Action<QueueAddress> BeforeSend { get; set; } = _ => { };

    /// <summary>The ids under which messages were sent, in order.</summary>
    public ConcurrentQueue<string> SentIds { get; } = new();

    public TransportAbilities Abilities => inner.Abilities;

    public IMessageQueue Open(QueueAddress address) => new FailingQueue(this, address, inner.Open(address));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    [SuppressMessage("Naming", "CA1711", Justification = "It is a queue.")]
    private sealed class FailingQueue(FailingTransport owner, QueueAddress address, IMessageQueue inner) : IMessageQueue
    {
        public Task EnsureAsync(CancellationToken cancellationToken) => inner.EnsureAsync(cancellationToken);

        public Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            owner.BeforeSend(address);
            owner.SentIds.Enqueue(message.Id);
            return inner.SendAsync(message, cancellationToken);
        }

        public Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
            int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken) =>
            inner.ReceiveAsync(maxMessages, lockDuration, wait, cancellationToken);

        public Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken) =>
            inner.CompleteAsync(message, cancellationToken);

        public Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
            inner.AbandonAsync(message, delay, cancellationToken);

        public Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken) =>
            inner.DeadLetterAsync(message, reason, cancellationToken);

        public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken) =>
            inner.RenewAsync(message, lockDuration, cancellationToken);
    }
}
