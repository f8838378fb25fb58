using System.Collections.Concurrent;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// AMQP 1.0: Azure Service Bus, where a device's own queue is its session of a shared one, and any other broker, where each device has a queue
/// <c>{name}-{deviceId}</c> and every queue a <c>{queue}-poison</c>. Queues are made by an administrator.
/// </summary>
internal sealed partial class AmqpTransport : IMessageTransport
{
    private readonly AmqpConnector _connector;
    private readonly AmqpSenders _senders;
    private readonly DelayedReturns _returns;
    private readonly DeadLetterStore _deadLetters;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<QueueAddress, AmqpQueue> _queues = new();
    private int _disposed;

    /// <param name="settings">The broker.</param>
    /// <param name="tokens">Where its tokens come from; null where it wants none.</param>
    /// <param name="deadLetters">Where the originals of dead letters go that do not fit beside their reason.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where connections, lost sessions and dead letters are reported.</param>
    public AmqpTransport(AmqpSettings settings, TokenSource? tokens, DeadLetterStore deadLetters, TimeProvider time, ILogger<AmqpTransport> logger)
    {
        _connector = new AmqpConnector(settings, tokens, time, logger);
        _senders = new AmqpSenders(_connector);
        _returns = new DelayedReturns(time, logger);
        _deadLetters = deadLetters;
        _logger = logger;
        Abilities = new TransportAbilities(
            settings.MaxBodyBytes, CreatesQueues: false, Ordered: settings.IsServiceBus, CountsDeliveries: true, DropsDuplicates: false);
        if (settings.Key is not null || settings.Signature is not null)
        {
            LogSecret(logger, $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{nameof(AmqpOptions.Namespace)}");
        }

        if (settings.Wire is AmqpWire.Plain or AmqpWire.PlainWebSocket)
        {
            LogInTheClear(logger, settings.Host);
        }
    }

    public TransportAbilities Abilities { get; }

    public IMessageQueue Open(QueueAddress address) => _queues.GetOrAdd(address, Create);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _returns.DisposeAsync();
        await Task.WhenAll(_queues.Values.Select(queue => queue.CloseAsync()));
        await _connector.DisposeAsync();
    }

    private AmqpQueue Create(QueueAddress address)
    {
        var settings = _connector.Settings;
        if (settings.IsServiceBus)
        {
            return new ServiceBusQueue(
                _connector, _senders, _returns, _deadLetters, ServiceBusName.Of(address, settings), address.DeviceId, _logger);
        }

        ServiceBusName.Check(address);
        var own = settings.Entities.GetValueOrDefault(address.Name, address.Name);
        var suffix = address.DeviceId is null ? "" : $"-{address.DeviceId}";
        var entity = $"{settings.AddressPrefix}{own}{suffix}";
        var poison = address.Name.EndsWith(ServiceBusName.PoisonSuffix, StringComparison.Ordinal) ? null : entity + ServiceBusName.PoisonSuffix;
        return new PlainQueue(_connector, _senders, _returns, _deadLetters, address.Name + suffix, entity, poison, _logger);
    }

    [LoggerMessage(EventId = 5039, Level = LogLevel.Warning, Message = "The broker is reached with a secret; {Key} with this process's identity needs none.")]
    private static partial void LogSecret(ILogger logger, string key);

    [LoggerMessage(EventId = 5040, Level = LogLevel.Warning, Message = "The connection to {Host} is without TLS: whoever is on the line can read it.")]
    private static partial void LogInTheClear(ILogger logger, string host);
}
