using System.Collections.Concurrent;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// The senders of a transport, one for each address, and no more of their links open than a connection bears: where each device has a queue of its
/// own, a cloud sends to as many as there are devices. Thread safe.
/// </summary>
internal sealed class AmqpSenders(AmqpConnector connector)
{
    /// <summary>Open at once. Brokers allow a connection some hundred sessions, and receivers need some of them.</summary>
    private const int MostOpen = 128;

    private readonly ConcurrentDictionary<string, AmqpSender> _senders = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly HashSet<AmqpSender> _open = [];

    /// <summary>The sender to an entity.</summary>
    /// <param name="name">The queue's name for people.</param>
    /// <param name="entity">Its address at the broker.</param>
    public AmqpSender Of(string name, string entity) => _senders.GetOrAdd(entity, _ => new AmqpSender(connector, this, name, entity));

    /// <summary>Notes that a sender has opened a link, and closes the one that was idle longest if there are too many.</summary>
    public void Opened(AmqpSender sender)
    {
        AmqpSender? surplus = null;
        lock (_gate)
        {
            _open.Add(sender);
            if (_open.Count > MostOpen)
            {
                surplus = _open.Where(other => other != sender && other.IsIdle).MinBy(other => other.LastUsed);
                if (surplus is not null)
                {
                    _open.Remove(surplus);
                }
            }
        }

        _ = surplus?.CloseAsync();
    }
}
