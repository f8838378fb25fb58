using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Hybrid.Messaging.Amqp;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.ServiceBus;

/// <summary>
/// Azure Service Bus over its own SDK. A device's own queue is its session of a shared one; queues are made by an administrator. Reads the
/// same settings as <c>Amqp</c>, and means the same by them.
/// </summary>
internal sealed partial class ServiceBusTransport : IMessageTransport
{
    private readonly ServiceBusClient _client;
    private readonly AmqpSettings _settings;
    private readonly DelayedReturns _returns;
    private readonly DeadLetterStore _deadLetters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<QueueAddress, SdkQueue> _queues = new();

    /// <param name="client">The namespace; disposed with the transport.</param>
    /// <param name="settings">How it is used.</param>
    /// <param name="deadLetters">Gives dead letters the form they have on every transport.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where secrets in use, lost sessions and dead letters are reported.</param>
    public ServiceBusTransport(
        ServiceBusClient client, AmqpSettings settings, DeadLetterStore deadLetters, TimeProvider time, ILogger<ServiceBusTransport> logger)
    {
        _client = client;
        _settings = settings;
        _returns = new DelayedReturns(time, logger);
        _deadLetters = deadLetters;
        _time = time;
        _logger = logger;
        Abilities = new TransportAbilities(
            settings.MaxBodyBytes, CreatesQueues: false, Ordered: true, CountsDeliveries: true, DropsDuplicates: false);
        if (settings.Key is not null || settings.Signature is not null)
        {
            LogSecret(logger, $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}:{nameof(AmqpOptions.Namespace)}");
        }
    }

    public TransportAbilities Abilities { get; }

    public IMessageQueue Open(QueueAddress address) => _queues.GetOrAdd(address, Create);

    public async ValueTask DisposeAsync()
    {
        await _returns.DisposeAsync();
        foreach (var queue in _queues.Values)
        {
            await queue.CloseAsync();
        }

        await _client.DisposeAsync();
    }

    private SdkQueue Create(QueueAddress address)
    {
        var names = ServiceBusName.Of(address, _settings);
        SdkReceiver receiver = address.DeviceId is { } device
            ? new SessionReceiver(_client, names, device, _settings, _time, _logger)
            : new PlainReceiver(_client, names, _settings.Prefetch);
        return new SdkQueue(
            _client.CreateSender(names.Send), receiver, names, address.DeviceId, _settings.MaxBodyBytes, _returns, _deadLetters, _time, _logger);
    }

    [LoggerMessage(EventId = 5050, Level = LogLevel.Warning, Message = "The broker is reached with a secret; {Key} with this process's identity needs none.")]
    private static partial void LogSecret(ILogger logger, string key);
}
