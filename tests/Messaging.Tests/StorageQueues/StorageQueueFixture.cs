using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Messaging.Tests.StorageQueues;

/// <summary>The Storage queue adapter with an Azurite of its own.</summary>
public sealed class StorageQueueFixture : TransportFixture
{
    private readonly AzuriteFixture _azurite = new();
    private readonly List<ServiceProvider> _providers = [];
    private IMessageTransport? _transport;

    public override IMessageTransport Transport => _transport ??= Connect();

    public override TimeSpan ShortestLock => TimeSpan.FromSeconds(1);

    public override TimeSpan OutageLimit => TimeSpan.FromSeconds(10);

    public override async Task<QueueAddress> NewQueueAsync(string? deviceId = null, bool shortLocks = false)
    {
        var address = new QueueAddress($"q{Guid.NewGuid().ToString("n")[..10]}", deviceId);
        await Transport.Open(address).EnsureAsync(TestContext.Current.CancellationToken);
        return address;
    }

    public override IMessageTransport Connect()
    {
        _providers.Add(Messengers.For(_azurite.Server.ConnectionString));
        return _providers[^1].GetRequiredService<IMessageTransport>();
    }

    public override async Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(QueueAddress address)
    {
        var letters = new List<DeadLetter>();
        var name = address.DeviceId is null ? address.Name : $"{address.Name}-{address.DeviceId}";
        var poison = Transport.Open(new QueueAddress($"{name}-poison"));
        var store = _providers[0].GetRequiredService<DeadLetterStore>();
        var token = TestContext.Current.CancellationToken;
        foreach (var message in await poison.ReceiveAsync(32, TimeSpan.FromMinutes(1), TimeSpan.Zero, token))
        {
            letters.Add(await store.ReadAsync(message.Body, token));
        }

        return letters;
    }

    public override Task StopBrokerAsync() => _azurite.Server.StopAsync();

    public override Task StartBrokerAsync() => _azurite.Server.RestartAsync(TestContext.Current.CancellationToken);

    public override ValueTask InitializeAsync() => _azurite.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers)
        {
            await provider.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }
}
