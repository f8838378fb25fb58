using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Hybrid.ServiceBusBroker;

/// <summary>A message as the broker keeps it.</summary>
internal sealed class BrokerMessage
{
    private readonly Properties? _properties;
    private readonly Dictionary<string, object> _application = [];
    private readonly byte[][] _body;

    private BrokerMessage(Properties? properties, byte[][] body)
    {
        _properties = properties;
        _body = body;
    }

    public string? Id => _properties?.GetMessageId()?.ToString();

    public string? SessionId => _properties?.GroupId;

    public long Sequence { get; set; }

    /// <summary>Deliveries that have ended without success.</summary>
    public int Failed { get; set; }

    /// <summary>The token of its lock; null if it is free.</summary>
    public Guid? Lock { get; set; }

    public DateTimeOffset LockedUntil { get; set; }

    /// <summary>Who has it.</summary>
    public OutgoingLink? Holder { get; set; }

    /// <summary>Copies what came; nothing of the library's buffers is kept.</summary>
    /// <returns>Null if it has no body of bytes.</returns>
    public static BrokerMessage? From(Message source)
    {
        byte[][]? body = source.Body switch
        {
            byte[] one => [one],
            byte[][] several => several,
            _ => null,
        };
        if (body is null)
        {
            return null;
        }

        var message = new BrokerMessage(source.Properties, body);
        if (source.ApplicationProperties is { } properties)
        {
            foreach (var (name, value) in properties.Map)
            {
                message._application[(string)name] = value;
            }
        }

        return message;
    }

    /// <summary>Says why it lies among the dead letters.</summary>
    public void Bury(string? reason, string? description)
    {
        (Lock, Holder, Failed) = (null, null, 0);
        if (reason is not null)
        {
            _application["DeadLetterReason"] = reason;
        }

        if (description is not null)
        {
            _application["DeadLetterErrorDescription"] = description;
        }
    }

    /// <summary>For a delivery under the present lock.</summary>
    public TaggedMessage ToDelivery()
    {
        var message = new TaggedMessage(Lock!.Value)
        {
            Header = new Header { Durable = true, DeliveryCount = (uint)Failed },
            MessageAnnotations = new MessageAnnotations
            {
                [new Symbol("x-opt-sequence-number")] = Sequence,
                [new Symbol("x-opt-locked-until")] = LockedUntil.UtcDateTime,
            },
            Properties = _properties,
            BodySection = new Data { Binary = _body.Length == 1 ? _body[0] : [.. _body.SelectMany(part => part)] },
        };
        if (_application.Count > 0)
        {
            message.ApplicationProperties = new ApplicationProperties();
            foreach (var (name, value) in _application)
            {
                message.ApplicationProperties[name] = value;
            }
        }

        return message;
    }
}
