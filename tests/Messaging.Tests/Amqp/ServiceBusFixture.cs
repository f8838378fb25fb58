using Hybrid.ServiceBusBroker;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>The AMQP adapter as it speaks to Service Bus, with the Service-Bus-like broker in this process.</summary>
public class ServiceBusFixture : AmqpFixture
{
    public Broker Broker { get; } = new(new BrokerOptions(), TimeProvider.System);

    /// <summary>Whose settings are the same.</summary>
    protected virtual string TransportName => "Amqp";

    public override TimeSpan ShortestLock => TimeSpan.FromSeconds(3);

    // Its queues are made so.
    public override bool DropsDuplicates => true;

    public override Dictionary<string, string?> Settings => new()
    {
        ["Messaging:Transport"] = TransportName,
        ["Messaging:Amqp:ConnectionString"] = Broker.ConnectionString,
    };

    public override async Task<QueueAddress> NewQueueAsync(string? deviceId = null, bool shortLocks = false)
    {
        var address = new QueueAddress($"q{Guid.NewGuid().ToString("n")[..10]}", deviceId);
        await Broker.AddQueueAsync(address.Name, new BrokerQueueOptions
        {
            LockDuration = shortLocks ? ShortestLock : TimeSpan.FromMinutes(1),
            RequiresSession = deviceId is not null,
            RequiresDuplicateDetection = true,
        });
        return address;
    }

    public override Task StopBrokerAsync()
    {
        Broker.Stop();
        return Task.CompletedTask;
    }

    public override Task StartBrokerAsync()
    {
        Broker.Start();
        return Task.CompletedTask;
    }

    public override ValueTask InitializeAsync()
    {
        Broker.Start();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Broker.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
