using Hybrid.Messaging.Conformance;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>The AMQP adapter as it speaks to any broker, with a RabbitMQ of its own.</summary>
public sealed class RabbitMqFixture : AmqpFixture
{
    private readonly AzuriteFixture _azurite = new();
    private RabbitMqServer? _server;
    private string? _missing;

    /// <summary>The broker; skips the calling test where it is not installed.</summary>
    public RabbitMqServer Server
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? "");
            return _server!;
        }
    }

    public override TimeSpan ShortestLock => TimeSpan.FromSeconds(2);

    public override Dictionary<string, string?> Settings => new()
    {
        ["Messaging:Transport"] = "Amqp",
        ["Messaging:ConnectionString"] = _azurite.Server.ConnectionString,
        ["Messaging:Amqp:Address"] = $"amqp://127.0.0.1:{Server.Port}",
        ["Messaging:Amqp:User"] = RabbitMqServer.User,
        ["Messaging:Amqp:Password"] = RabbitMqServer.Password,
        ["Messaging:Amqp:AddressPrefix"] = RabbitMqServer.AddressPrefix,
    };

    public override async Task<QueueAddress> NewQueueAsync(string? deviceId = null, bool shortLocks = false)
    {
        var address = new QueueAddress($"q{Guid.NewGuid().ToString("n")[..10]}", deviceId);
        var name = deviceId is null ? address.Name : $"{address.Name}-{deviceId}";
        await Server.AddQueuesAsync([name, $"{name}-poison"], TestContext.Current.CancellationToken);
        return address;
    }

    public override Task StopBrokerAsync() => Server.StopAsync();

    public override Task StartBrokerAsync() => Server.StartAsync(TestContext.Current.CancellationToken);

    public override async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        try
        {
            _server = await RabbitMqServer.StartTemporaryAsync(TestContext.Current.CancellationToken);
        }
        catch (FileNotFoundException exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            _missing = exception.Message;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }
}
