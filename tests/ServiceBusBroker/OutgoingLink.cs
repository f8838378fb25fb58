using System.Runtime.CompilerServices;
using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace Hybrid.ServiceBusBroker;

/// <summary>A receiver's link. Its callbacks only hand over to the broker's thread, where the rest runs.</summary>
internal sealed class OutgoingLink : LinkEndpoint
{
    private readonly Broker _broker;
    private readonly BrokerQueue _queue;
    private readonly ListenerLink _link;

    /// <summary>The library's count and ours are one.</summary>
    private readonly Lock _gate = new();
    private bool _draining;
    private volatile int _credit;
    private volatile bool _closed;
    private volatile int _completing;

    public OutgoingLink(Broker broker, BrokerQueue queue, ListenerLink link, string? sessionId)
    {
        _broker = broker;
        _queue = queue;
        _link = link;
        SessionId = sessionId;
        // Before the library gives back what is unsettled: here a lock outlives its link. It may be gone already, with its connection.
        link.AddClosedCallback((_, _) =>
        {
            _closed = true;
            broker.Post(() => queue.Detach(this));
        });
    }

    public string? SessionId { get; }

    /// <summary>How many messages the receiver wants.</summary>
    public int Credit => _credit;

    /// <summary>The end of the session's lock.</summary>
    public DateTimeOffset LockedUntil { get; set; }

    public bool IsClosed => _closed;

    public Connection Connection => _link.Session.Connection;

    public string Entity => _queue.Path;

    /// <summary>Answers the attach.</summary>
    public void Complete(AttachContext context)
    {
        _completing = Environment.CurrentManagedThreadId;
        context.Complete(this, 0);
        _completing = 0;
    }

    public override void OnFlow(FlowContext flowContext)
    {
        if (_completing == Environment.CurrentManagedThreadId)
        {
            // A receiver that was quicker with its flow than the library with its attach: the library tells the same credit twice.
            return;
        }

        lock (_gate)
        {
            _credit += flowContext.Messages;
            // A flow that repeats the receiver's limit, as draining does, or lowers it makes the library forget all credit.
            CreditOf(_link) = (uint)_credit;
        }

        var draining = _link.IsDraining;
        _broker.Post(() =>
        {
            _draining = draining;
            _queue.Pump();
        });
    }

    public override void OnDisposition(DispositionContext dispositionContext)
    {
        if (_closed || dispositionContext.Message.DeliveryTag is not { Length: 16 } tag)
        {
            return;
        }

        var (token, state) = (new Guid(tag), dispositionContext.DeliveryState);
        _broker.Post(() => _queue.Settle(token, message => Apply(message, state)));
        if (!dispositionContext.Settled)
        {
            dispositionContext.Complete();
        }
    }

    /// <returns>False if the link is gone.</returns>
    public bool Send(TaggedMessage message)
    {
        try
        {
            lock (_gate)
            {
                _link.SendMessage(message);
                _credit--;
            }

            return true;
        }
        catch (Exception exception) when (exception is AmqpException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Gives the rest of the credit back if the receiver asked for that.</summary>
    public void EndDrain()
    {
        if (_draining && !_closed)
        {
            _draining = false;
            lock (_gate)
            {
                // A flow that the library has counted and we have not yet takes its part with it.
                lock (LockOf(_link))
                {
                    // Unless the receiver has asked for something else since.
                    if (_link.IsDraining)
                    {
                        _credit -= (int)CreditOf(_link);
                        _link.CompleteDrain();
                    }
                }
            }
        }
    }

    public void Close(Error error) => _link.Close(TimeSpan.Zero, error);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "credit")]
    private static extern ref uint CreditOf(ListenerLink link);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ThisLock")]
    private static extern object LockOf(Link link);

    private void Apply(BrokerMessage message, DeliveryState state)
    {
        switch (state)
        {
            case Accepted:
                _queue.Complete(message);
                break;
            case Rejected rejected:
                var info = rejected.Error?.Info;
                _queue.Bury(
                    message,
                    info?[new Symbol("DeadLetterReason")] as string ?? (string?)rejected.Error?.Condition,
                    info?[new Symbol("DeadLetterErrorDescription")] as string ?? rejected.Error?.Description);
                break;
            case Modified { DeliveryFailed: true }:
                _queue.Return(message, failed: true);
                break;
            default:
                _queue.Return(message, failed: false);
                break;
        }
    }
}
