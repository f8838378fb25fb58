using Hybrid.Messaging.Conformance;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Messaging.Tests;

/// <summary>Tests that share the assembly's Azurite, each with queues of its own.</summary>
public abstract class StorageTestBase(AzuriteFixture azurite) : IAsyncDisposable
{
    private ServiceProvider? _services;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string ConnectionString => azurite.Server.ConnectionString;

    protected IMessageTransport Transport => Get<IMessageTransport>();

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected T Get<T>()
        where T : notnull => (_services ??= Messengers.For(ConnectionString)).GetRequiredService<T>();

    protected async Task<QueueAddress> NewQueueAsync()
    {
        var address = new QueueAddress($"q{Guid.NewGuid().ToString("n")[..10]}");
        await Transport.Open(address).EnsureAsync(Token);
        return address;
    }

    protected async Task<ReceivedMessage> ReceiveAsync(QueueAddress address) =>
        Assert.Single(await Transport.Open(address).ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), Token));
}
