using Amqp;
using Amqp.Framing;
using Amqp.Listener;

namespace Hybrid.ServiceBusBroker;

/// <summary>A sender's link.</summary>
internal sealed class IncomingLink(Broker broker, BrokerQueue queue, ListenerLink link, int maxMessageBytes) : LinkEndpoint
{
    public Connection Connection => link.Session.Connection;

    public string Entity => queue.Path;

    public override void OnMessage(MessageContext messageContext)
    {
        var message = BrokerMessage.From(messageContext.Message);
        var size = messageContext.Message.GetEstimatedMessageSize();
        broker.Post(() =>
        {
            var refusal = message is null
                ? new Error(ErrorCode.NotImplemented) { Description = "The body must be bytes." }
                : size > maxMessageBytes
                    ? new Error(ErrorCode.MessageSizeExceeded) { Description = $"The message has {size} bytes; the limit is {maxMessageBytes}." }
                    : queue.Put(message);
            if (messageContext.State != ContextState.Active)
            {
                return;
            }

            if (refusal is null)
            {
                messageContext.Complete();
            }
            else
            {
                messageContext.Complete(refusal);
            }
        });
    }

    public override void OnFlow(FlowContext flowContext)
    {
        // A sender's flow says nothing here.
    }

    public override void OnDisposition(DispositionContext dispositionContext)
    {
        // Its deliveries are settled when they come.
    }

    public override void OnLinkClosed(ListenerLink closed, Error error) => broker.Post(() => broker.Forget(this));

    public void Close(Error error) => link.Close(TimeSpan.Zero, error);
}
