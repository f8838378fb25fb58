using System.Collections.Concurrent;
using Hybrid.Messaging;

namespace Hybrid.EdgeWorker.Tests.Cloud;

/// <summary>A real transport whose calls are written down, with short locks and no delays, so that what comes again comes soon.</summary>
internal sealed class WatchedTransport(IMessageTransport inner) : IMessageTransport
{
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>What was called, in order, as <c>ensure answers/pump-7</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>How often something was received, or nothing.</summary>
    public int Receives { get; private set; }

    public TransportAbilities Abilities => inner.Abilities;

    public IMessageQueue Open(QueueAddress address) => new Queue(inner.Open(address), $"{address.Name}/{address.DeviceId}", _calls, () => Receives++);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Queue(IMessageQueue inner, string name, ConcurrentQueue<string> calls, Action received) : IMessageQueue
    {
        private static readonly TimeSpan ShortLock = TimeSpan.FromSeconds(1);

        public async Task EnsureAsync(CancellationToken cancellationToken)
        {
            await inner.EnsureAsync(cancellationToken);
            calls.Enqueue($"ensure {name}");
        }

        public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            await inner.SendAsync(message, cancellationToken);
            calls.Enqueue($"send {name}");
        }

        public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
            int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken)
        {
            var messages = await inner.ReceiveAsync(maxMessages, ShortLock, wait, cancellationToken);
            received();
            return messages;
        }

        public Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken)
        {
            calls.Enqueue($"complete {name}");
            return inner.CompleteAsync(message, cancellationToken);
        }

        public Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
        {
            calls.Enqueue($"abandon {name}");
            return inner.AbandonAsync(message, TimeSpan.Zero, cancellationToken);
        }

        public Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken)
        {
            calls.Enqueue($"dead-letter {name}");
            return inner.DeadLetterAsync(message, reason, cancellationToken);
        }

        public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken) =>
            inner.RenewAsync(message, lockDuration, cancellationToken);
    }
}
