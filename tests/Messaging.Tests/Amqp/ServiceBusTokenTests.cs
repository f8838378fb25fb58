using Azure.Core;
using Hybrid.Messaging.Amqp;
using Hybrid.ServiceBusBroker;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>Who is let in, how long, and that nobody's secret is told.</summary>
public sealed class ServiceBusTokenTests : IAsyncLifetime
{
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(1);
    private static readonly QueueAddress Queue = new("orders");
    private readonly Broker _broker = new(new BrokerOptions(), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _broker.AddQueueAsync(Queue.Name, new BrokerQueueOptions());
        _broker.Start();
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Send_WrongKey_IsDeniedAndTheKeyStaysSecret()
    {
        const string key = "d3Jvbmcta2V5LXdyb25nLWtleQ==";
        await using var transport = Transports.By((
            "Amqp:ConnectionString", $"Endpoint=sb://127.0.0.1:{_broker.Port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={key};UseDevelopmentEmulator=true"));

        var failure = await Assert.ThrowsAsync<MessagingException>(() => transport.Open(Queue).SendAsync(Message("1"), Token));

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
        Assert.DoesNotContain(key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ExpiredToken_IsDenied()
    {
        await using var transport = Transports.To(_broker, new SasTokens(Transports.KeyOf(new BrokerOptions()), TimeSpan.FromMinutes(-1), TimeProvider.System));

        var failure = await Assert.ThrowsAsync<MessagingException>(() => transport.Open(Queue).SendAsync(Message("1"), Token));

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
        Assert.Contains("ExpiredToken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_OfAFewSeconds_AreRenewedAndTheLinksLive()
    {
        await using var transport = Transports.To(_broker, new SasTokens(Transports.KeyOf(new BrokerOptions()), TimeSpan.FromSeconds(4), TimeProvider.System));
        var queue = transport.Open(Queue);
        await queue.SendAsync(Message("1"), Token);
        var first = Assert.Single(await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(10), Token));

        // Longer than a token lives, on the same link.
        Assert.Empty(await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(7), Token));
        await queue.SendAsync(Message("2"), Token);

        Assert.Single(await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(10), Token));
        Assert.True(await queue.CompleteAsync(first, Token));
    }

    [Fact]
    public async Task Token_ThatCannotBeRenewed_EndsWithItsTime()
    {
        var (given, _) = await new SasTokens(Transports.KeyOf(new BrokerOptions()), TimeSpan.FromSeconds(4), TimeProvider.System)
            .GetAsync("sb://127.0.0.1/", Token);
        await using var transport = Transports.To(_broker, new GivenToken(given));
        var queue = transport.Open(Queue);
        await queue.SendAsync(Message("1"), Token);

        var failure = await Assert.ThrowsAsync<MessagingException>(async () =>
        {
            while (true)
            {
                await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(10), Token);
            }
        });

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
    }

    [Fact]
    public async Task Identity_WithAToken_IsLetIn()
    {
        await using var transport = Transports.To(_broker, new EntraTokens(new TestIdentity(_broker, TimeSpan.FromHours(1))));
        var queue = transport.Open(Queue);

        await queue.SendAsync(Message("1"), Token);

        Assert.True(await queue.CompleteAsync(Assert.Single(await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(10), Token)), Token));
    }

    [Fact]
    public async Task Identity_WhoseTokenIsExpired_IsDenied()
    {
        await using var transport = Transports.To(_broker, new EntraTokens(new TestIdentity(_broker, TimeSpan.FromMinutes(-1))));

        var failure = await Assert.ThrowsAsync<MessagingException>(() => transport.Open(Queue).SendAsync(Message("1"), Token));

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
    }

    [Fact]
    public async Task Identity_ThatCannotBeObtained_IsDeniedWithTheRemedy()
    {
        await using var transport = Transports.To(_broker, new EntraTokens(new NoIdentity()));

        var failure = await Assert.ThrowsAsync<MessagingException>(() => transport.Open(Queue).SendAsync(Message("1"), Token));

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
        Assert.Contains("az login", failure.Message, StringComparison.Ordinal);
    }

    private static OutgoingMessage Message(string id) => new(id, "{}"u8.ToArray());

    /// <summary>Stands for the tenant, which no test can reach; its tokens are judged by the broker.</summary>
    private sealed class TestIdentity(Broker broker, TimeSpan lifetime) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal(EntraTokens.Scopes, requestContext.Scopes);
            var expiry = TimeProvider.System.GetUtcNow() + lifetime;
            return new AccessToken(broker.IssueToken(expiry), expiry);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }

    private sealed class NoIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new Azure.Identity.CredentialUnavailableException("Nobody is signed in.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new Azure.Identity.CredentialUnavailableException("Nobody is signed in.");
    }
}
