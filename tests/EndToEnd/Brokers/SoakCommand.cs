using System.Globalization;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;
using Hybrid.ServiceBusBroker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EndToEnd.Brokers;

/// <summary><c>soak</c>: many messages over AMQP while the broker is killed; a line for each broker, exit 1 if a promise is broken.</summary>
internal static class SoakCommand
{
    public const string Name = "soak";

    private const string Usage = "soak [--messages N] [--restarts N] [--broker servicebus|rabbitmq]";
    private const int Devices = 8;
    private const int Batch = 16;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var (messages, restarts, only) = (20_000, 10, "");
        for (var i = 0; i < arguments.Count; i += 2)
        {
            switch (i + 1 < arguments.Count ? arguments[i] : "")
            {
                case "--messages" when int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out messages):
                case "--restarts" when int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out restarts):
                    break;
                case "--broker" when arguments[i + 1] is "servicebus" or "rabbitmq":
                    only = arguments[i + 1];
                    break;
                default:
                    await error.WriteLineAsync(Usage);
                    return 2;
            }
        }

        var holds = true;
        if (only is "" or "servicebus")
        {
            holds &= Report(await OverServiceBusAsync(messages, restarts, cancellationToken), "servicebus", twice: 0, inOrder: true, output);
        }

        if (only is "" or "rabbitmq")
        {
            // It confirms no settling: what was on the wire when it died is delivered again.
            holds &= Report(await OverRabbitMqAsync(messages, restarts, cancellationToken), "rabbitmq", restarts * Devices * Batch, inOrder: false, output);
        }

        return holds ? 0 : 1;
    }

    private static bool Report(SoakResult result, string broker, int twice, bool inOrder, TextWriter output)
    {
        var holds = result.Lost == 0 && result.SettledTwice <= twice && (!inOrder || result.OutOfOrder == 0);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{broker,-10} {(holds ? "holds " : "BROKEN")} {result.Sent} sent, {result.Lost} lost, {result.SettledTwice} settled twice, {result.OutOfOrder} out of order, {result.Redelivered} came again, {result.Restarts} restarts, {result.Took.TotalSeconds:F0} s"));
        return holds;
    }

    private static async Task<SoakResult> OverServiceBusAsync(int messages, int restarts, CancellationToken cancellationToken)
    {
        await using var broker = new Broker(new BrokerOptions(), TimeProvider.System);
        await broker.AddQueueAsync("answers", new BrokerQueueOptions { RequiresSession = true, RequiresDuplicateDetection = true, MaxDeliveryCount = 1000 });
        broker.Start();
        await using var sending = Services(new() { ["Messaging:Amqp:ConnectionString"] = broker.ConnectionString });
        await using var receiving = Services(new() { ["Messaging:Amqp:ConnectionString"] = broker.ConnectionString });
        var soak = new Soak(sending.GetRequiredService<IMessageTransport>(), receiving.GetRequiredService<IMessageTransport>(), () =>
        {
            broker.Kill();
            broker.Start();
            return Task.CompletedTask;
        });
        return await soak.RunAsync(
            [.. Enumerable.Range(0, Devices).Select(device => QueueAddress.Answers($"pump-{device}"))], messages, restarts, cancellationToken);
    }

    private static async Task<SoakResult> OverRabbitMqAsync(int messages, int restarts, CancellationToken cancellationToken)
    {
        await using var server = await RabbitMqServer.StartTemporaryAsync(cancellationToken);
        await server.AddQueuesAsync(Enumerable.Range(0, Devices).Select(device => $"answers-pump-{device}"), cancellationToken);
        var settings = new Dictionary<string, string?>
        {
            ["Messaging:Amqp:Address"] = $"amqp://127.0.0.1:{server.Port}",
            ["Messaging:Amqp:User"] = RabbitMqServer.User,
            ["Messaging:Amqp:Password"] = RabbitMqServer.Password,
            ["Messaging:Amqp:AddressPrefix"] = RabbitMqServer.AddressPrefix,
        };
        await using var sending = Services(settings);
        await using var receiving = Services(settings);
        var soak = new Soak(sending.GetRequiredService<IMessageTransport>(), receiving.GetRequiredService<IMessageTransport>(), async () =>
        {
            await server.KillAsync();
            await server.StartAsync(cancellationToken);
        });
        return await soak.RunAsync(
            [.. Enumerable.Range(0, Devices).Select(device => QueueAddress.Answers($"pump-{device}"))], messages, restarts, cancellationToken);
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings) => new ServiceCollection().AddLogging()
        .AddMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings.Append(KeyValuePair.Create("Messaging:Transport", (string?)"Amqp"))).Build())
        .BuildServiceProvider();
}
