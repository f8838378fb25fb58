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
    private bool _draining;
    private int _sent;
    private volatile bool _closed;

    /// <summary>
    /// What the library's own limit lags behind the receiver's: a flow that repeats the limit, as draining does, makes it forget its credit.
    /// </summary>
    private int _gap;

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
    public int Credit { get; private set; }

    /// <summary>The end of the session's lock.</summary>
    public DateTimeOffset LockedUntil { get; set; }

    public bool IsClosed => _closed;

    public Connection Connection => _link.Session.Connection;

    public string Entity => _queue.Path;

    public override void OnFlow(FlowContext flowContext)
    {
        // What is sent between the flow and its turn here has left the library's count already, and must not leave ours twice.
        var (delta, draining, sent) = (flowContext.Messages, _link.IsDraining, Volatile.Read(ref _sent));
        _broker.Post(() =>
        {
            Credit = Math.Max(0, Credit + delta - _gap);
            _gap = delta > 0 ? 0 : Credit + (_sent - sent);
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
            _link.SendMessage(message);
            Volatile.Write(ref _sent, _sent + 1);
            Credit--;
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
            (_draining, Credit, _gap) = (false, 0, 0);
            _link.CompleteDrain();
        }
    }

    public void Close(Error error) => _link.Close(TimeSpan.Zero, error);

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
