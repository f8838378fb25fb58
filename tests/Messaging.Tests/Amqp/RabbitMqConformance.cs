using System.Text;
using Hybrid.Messaging.Conformance;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Messaging.Tests.Amqp;

public sealed class RabbitMqConformance(RabbitMqFixture fixture)
    : TransportConformance(fixture), IClassFixture<RabbitMqFixture>
{
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Prefetch_NothingThereForAWhile_TheNextStillArrives()
    {
        var token = TestContext.Current.CancellationToken;
        await using var provider = Messengers.With(new Dictionary<string, string?>(fixture.Settings) { ["Messaging:Amqp:Prefetch"] = "10" });
        var queue = provider.GetRequiredService<IMessageTransport>().Open(await fixture.NewQueueAsync());

        // RabbitMQ's plugin dies of being asked to give credit back.
        var nothing = await queue.ReceiveAsync(1, Lock, TimeSpan.FromMilliseconds(300), token);
        await queue.SendAsync(new OutgoingMessage("1", Encoding.UTF8.GetBytes("1")), token);
        var received = await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(30), token);

        Assert.Empty(nothing);
        Assert.True(await queue.CompleteAsync(Assert.Single(received), token));
    }
}
