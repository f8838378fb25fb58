using Hybrid.Messaging.DeadLetters;

namespace Hybrid.Messaging.Conformance;

/// <summary>
/// An adapter with its real broker, as the suite needs it. The broker belongs to the fixture alone: the suite stops and starts it.
/// </summary>
public abstract class TransportFixture : IAsyncLifetime
{
    /// <summary>The adapter under test.</summary>
    public abstract IMessageTransport Transport { get; }

    /// <summary>The shortest lock the broker grants; tests that let one expire wait this long.</summary>
    public abstract TimeSpan ShortestLock { get; }

    /// <summary>Whether this broker's queues drop a second message of an id, where that is the broker's affair and not the adapter's promise.</summary>
    public virtual bool DropsDuplicates => Transport.Abilities.DropsDuplicates;

    /// <summary>How long it may take until an absent broker is reported.</summary>
    public abstract TimeSpan OutageLimit { get; }

    /// <summary>A queue that no other test uses, ready to be used.</summary>
    /// <param name="deviceId">Whose queue; null for one that all share.</param>
    /// <param name="shortLocks">
    /// Whether locks end after <see cref="ShortestLock"/>; of use to brokers whose queues fix that, the others do what the receiver asks.
    /// </param>
    public abstract Task<QueueAddress> NewQueueAsync(string? deviceId = null, bool shortLocks = false);

    /// <summary>Another connection to the same broker, as another process would have it.</summary>
    public abstract IMessageTransport Connect();

    /// <summary>Everything that was put aside from a queue.</summary>
    public abstract Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(QueueAddress address);

    /// <summary>Stops the broker in order, its messages kept.</summary>
    public abstract Task StopBrokerAsync();

    /// <summary>Starts it again at the same address.</summary>
    public abstract Task StartBrokerAsync();

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();
}
