using Hybrid.Messaging.Conformance;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>A short soak against either broker; the long one is a command of the end-to-end tests.</summary>
public sealed class SoakTests
{
    private const int Messages = 1000;
    private const int Restarts = 2;
    private const int Devices = 4;

    [Fact]
    public async Task ServiceBus_KilledInTheMiddle_LosesNothingSettlesNothingTwiceAndKeepsTheOrder()
    {
        await using var fixture = new ServiceBusFixture();
        await fixture.InitializeAsync();
        var queues = new List<QueueAddress>();
        for (var device = 0; device < Devices; device++)
        {
            queues.Add(await fixture.NewQueueAsync($"pump-{device}"));
        }

        var result = await new Soak(fixture.Transport, fixture.Connect(), RestartAsync).RunAsync(
            queues, Messages, Restarts, TestContext.Current.CancellationToken);

        Assert.Equal((Messages, 0, 0, 0), (result.Sent, result.Lost, result.SettledTwice, result.OutOfOrder));
        for (var device = 0; device < Devices; device++)
        {
            // By the broker's own account too.
            Assert.Equal(
                Enumerable.Range(0, Messages / Devices).Select(number => $"m-{device}-{number}").Order(),
                (await fixture.Broker.CompletedAsync(queues[device].Name)).Order());
        }

        Task RestartAsync()
        {
            fixture.Broker.Kill();
            fixture.Broker.Start();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task RabbitMq_KilledInTheMiddle_LosesNothing()
    {
        await using var fixture = new RabbitMqFixture();
        await fixture.InitializeAsync();
        var queues = new List<QueueAddress>();
        for (var device = 0; device < Devices; device++)
        {
            queues.Add(await fixture.NewQueueAsync($"pump-{device}"));
        }

        var result = await new Soak(fixture.Transport, fixture.Connect(), RestartAsync).RunAsync(
            queues, Messages, Restarts, TestContext.Current.CancellationToken);

        Assert.Equal((Messages, 0), (result.Sent, result.Lost));
        // It confirms no settling: what was on the wire when it died is delivered again, at most a batch for each device and death.
        Assert.InRange(result.SettledTwice, 0, Restarts * Devices * 16);

        async Task RestartAsync()
        {
            await fixture.Server.KillAsync();
            await fixture.Server.StartAsync(TestContext.Current.CancellationToken);
        }
    }
}
