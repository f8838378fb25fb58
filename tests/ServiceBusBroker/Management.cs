using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace Hybrid.ServiceBusBroker;

/// <summary>A queue's <c>$management</c>: renewals, and settling by the lock's token.</summary>
internal sealed class Management(Broker broker, BrokerQueue queue) : IRequestProcessor
{
    private const string MessageLost = "com.microsoft:message-lock-lost";
    private const string SessionLost = "com.microsoft:session-lock-lost";

    public int Credit => 100;

    public void Process(RequestContext requestContext)
    {
        var operation = requestContext.Message.ApplicationProperties?["operation"] as string;
        var body = requestContext.Message.Body as Map ?? [];
        var connection = requestContext.Link.Session.Connection;
        broker.Post(() =>
        {
            var answer = broker.IsAuthorized(connection, queue.Path + Broker.ManagementSuffix) ? Answer(operation, body) : Failure(401, ErrorCode.UnauthorizedAccess);
            if (requestContext.ResponseLink is { IsClosed: false })
            {
                requestContext.Complete(answer);
            }
        });
    }

    private Message Answer(string? operation, Map body)
    {
        switch (operation)
        {
            case "com.microsoft:renew-lock" when body["lock-tokens"] is Guid[] tokens:
                var until = tokens.Select(queue.Renew).ToList();
                return until.TrueForAll(time => time is not null)
                    ? Success(new Map { ["expirations"] = until.Select(time => time!.Value.UtcDateTime).ToArray() })
                    : Failure(410, MessageLost);
            case "com.microsoft:renew-session-lock" when body["session-id"] is string session:
                return queue.RenewSession(session) is { } end ? Success(new Map { ["expiration"] = end.UtcDateTime }) : Failure(410, SessionLost);
            case "com.microsoft:update-disposition" when body["lock-tokens"] is Guid[] tokens && body["disposition-status"] is string status:
                return Settle(tokens, status, body);
            default:
                return Failure(501, ErrorCode.NotImplemented);
        }
    }

    private Message Settle(Guid[] tokens, string status, Map body)
    {
        Action<BrokerMessage>? settle = status switch
        {
            "completed" => queue.Complete,
            "abandoned" => message => queue.Return(message, failed: true),
            "suspended" => message => queue.Bury(message, body["deadletter-reason"] as string, body["deadletter-description"] as string),
            _ => null,
        };
        if (settle is null)
        {
            return Failure(400, "com.microsoft:argument-error");
        }

        return tokens.All(token => queue.Settle(token, settle)) ? Success([]) : Failure(410, queue.Options.RequiresSession ? SessionLost : MessageLost);
    }

    private static Message Success(Map body) => new()
    {
        ApplicationProperties = new ApplicationProperties { ["statusCode"] = 200, ["statusDescription"] = "OK" },
        BodySection = new AmqpValue { Value = body },
    };

    private static Message Failure(int status, string condition) => new()
    {
        ApplicationProperties = new ApplicationProperties
        {
            ["statusCode"] = status,
            ["statusDescription"] = condition,
            ["errorCondition"] = new Symbol(condition),
        },
    };
}
