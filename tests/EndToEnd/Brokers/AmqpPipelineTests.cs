using Hybrid.FakeModelServer;
using Hybrid.Messaging.Conformance;
using Hybrid.ServiceBusBroker;

namespace Hybrid.EndToEnd.Brokers;

/// <summary>Prompts from a real device to a real cloud and back over AMQP: a Service-Bus-like broker as a program of its own, and RabbitMQ.</summary>
public sealed class AmqpPipelineTests : PipelineFixture
{
    private static readonly (string, string) NeverSure = ("Routing:ConfidenceThreshold", "1");

    [Fact]
    public async Task ServiceBus_EveryWay_ComesBack()
    {
        Model.Reply = _ => FakeModelReply.Answer("The cloud knows.");
        await using var broker = await RunningProgram.StartAsync("ServiceBusBroker", "Hybrid.ServiceBusBroker.dll", [], new Dictionary<string, string>());
        var defaults = new BrokerOptions();
        (string, string)[] settings =
        [
            ("Messaging:Transport", "Amqp"),
            ("Messaging:Amqp:ConnectionString",
                $"Endpoint=sb://127.0.0.1:{broker.Address.Port}/;SharedAccessKeyName={defaults.KeyName};SharedAccessKey={defaults.Key};UseDevelopmentEmulator=true"),
            // So that the large prompt goes by claim check.
            ("Messaging:Amqp:MaxBodyBytes", "16384"),
        ];
        await StartCloudAsync(settings);
        using var first = await StartEdgeAsync("pump-1", [NeverSure, .. settings]);
        using var second = await StartEdgeAsync("pump-2", [NeverSure, .. settings]);

        var small = await first.AskAsync(new { prompt = "What does alarm E-104 mean?" });
        var other = await second.AskAsync(new { prompt = "What does alarm E-104 mean?", model = "cloud" });
        var large = await first.AskAsync(new { prompt = new string('x', 60_000), model = "cloud" });

        Assert.All([small, other, large], outcome => Assert.Equal("The cloud knows.", outcome["answer"]!.GetValue<string>()));
        Assert.All([small, other, large], outcome => Assert.Equal("cloud", outcome["route"]!.GetValue<string>()));
        Assert.Equal(3, Model.Calls.Count);
    }

    [Fact]
    public async Task RabbitMq_KilledInTheMiddle_EveryPromptGetsItsOutcome()
    {
        RabbitMqServer server;
        try
        {
            server = await RabbitMqServer.StartTemporaryAsync(TestContext.Current.CancellationToken);
        }
        catch (FileNotFoundException exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(exception.Message);
            return;
        }

        await using var _ = server;
        await server.AddQueuesAsync(
            ["escalations", "escalations-poison", "escalations-rejected", "results", "results-poison", "answers-pump-1", "answers-pump-1-poison"],
            TestContext.Current.CancellationToken);
        Model.Reply = _ => FakeModelReply.Answer("The cloud knows.");
        (string, string)[] settings =
        [
            ("Messaging:Transport", "Amqp"), ("Messaging:Amqp:Address", $"amqp://127.0.0.1:{server.Port}"), ("Messaging:Amqp:User", RabbitMqServer.User),
            ("Messaging:Amqp:Password", RabbitMqServer.Password), ("Messaging:Amqp:AddressPrefix", RabbitMqServer.AddressPrefix),
        ];
        await StartCloudAsync(settings);
        using var device = await StartEdgeAsync("pump-1", [("Device:Id", "pump-1"), NeverSure, ("Pipeline:LinkPatience", "00:01:00"), .. settings]);

        var ids = new List<string>();
        for (var n = 0; n < 20; n++)
        {
            ids.Add(await device.SubmitAsync(new { prompt = $"What does alarm E-1{n:00} mean?", model = "cloud", waitOffline = true }));
            if (n == 10)
            {
                await server.KillAsync();
                await server.StartAsync(TestContext.Current.CancellationToken);
            }
        }

        foreach (var id in ids)
        {
            var outcome = await device.OutcomeAsync(id);
            Assert.True(outcome["state"]?.GetValue<string>() == "answered", $"{outcome}\n{device.Program.Log}");
            Assert.Equal("cloud", outcome["route"]!.GetValue<string>());
        }
    }
}
