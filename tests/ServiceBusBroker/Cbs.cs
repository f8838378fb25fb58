using Amqp;
using Amqp.Framing;
using Amqp.Listener;

namespace Hybrid.ServiceBusBroker;

/// <summary><c>$cbs</c>: takes tokens, and says which it believes.</summary>
internal sealed class Cbs(Broker broker) : IRequestProcessor
{
    public int Credit => 100;

    public void Process(RequestContext requestContext)
    {
        var properties = requestContext.Message.ApplicationProperties;
        var (operation, type, name) = (properties?["operation"] as string, properties?["type"] as string, properties?["name"] as string);
        var token = requestContext.Message.Body as string;
        var connection = requestContext.Link.Session.Connection;
        broker.Post(() =>
        {
            var (status, description) = operation == "put-token" && name is not null
                ? broker.TakeToken(connection, type, token, name)
                : (400, "Only put-token is known, and it needs a name.");
            if (requestContext.ResponseLink is { IsClosed: false })
            {
                requestContext.Complete(new Message
                {
                    ApplicationProperties = new ApplicationProperties { ["status-code"] = status, ["status-description"] = description },
                });
            }
        });
    }
}
