using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>What the fixtures of both brokers have in common: transports as programs have them, and dead letters by the product's own eyes.</summary>
public abstract class AmqpFixture : TransportFixture
{
    private readonly List<ServiceProvider> _providers = [];
    private IMessageTransport? _transport;

    public override IMessageTransport Transport => _transport ??= Connect();

    // The longest a connection may take to be made, and some more.
    public override TimeSpan OutageLimit => TimeSpan.FromSeconds(12);

    /// <summary>The settings that lead to the broker.</summary>
    public abstract Dictionary<string, string?> Settings { get; }

    public override IMessageTransport Connect()
    {
        _providers.Add(Messengers.With(Settings));
        return _providers[^1].GetRequiredService<IMessageTransport>();
    }

    public override async Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(QueueAddress address)
    {
        var name = address.DeviceId is null || Transport.Abilities.Ordered ? address.Name : $"{address.Name}-{address.DeviceId}";
        var poison = Transport.Open(new QueueAddress($"{name}-poison"));
        var store = _providers[0].GetRequiredService<DeadLetterStore>();
        var token = TestContext.Current.CancellationToken;
        var letters = new List<DeadLetter>();
        foreach (var message in await poison.ReceiveAsync(32, TimeSpan.FromMinutes(1), TimeSpan.Zero, token))
        {
            letters.Add(await store.ReadAsync(message.Body, token));
        }

        return letters;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers)
        {
            await provider.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
