using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Hybrid.Messaging.Bench;

/// <summary>
/// The transport's sender and a bare loop on the same library, in turns, to the same broker in a process of its own. The broker drops what it has
/// seen before, so that it does not fill up.
/// </summary>
internal static class SenderBench
{
    private const string Queue = "results";
    private const double Target = 0.9;
    private const int Rounds = 12;
    private static readonly (int Body, int AtOnce)[] Lines = [(1024, 1), (1024, 32), (1024, 256), (48 * 1024, 32)];

    public static async Task<int> RunAsync(TimeSpan duration, bool json, CancellationToken cancellationToken)
    {
        using var broker = await BrokerProcess.StartAsync(cancellationToken);
        await using var services = new ServiceCollection().AddLogging().AddMessaging(new ConfigurationBuilder().AddInMemoryCollection(
        [
            KeyValuePair.Create("Messaging:Transport", (string?)"Amqp"), KeyValuePair.Create("Messaging:Amqp:Address", (string?)$"amqp://127.0.0.1:{broker.Port}"),
        ]).Build()).BuildServiceProvider();
        var queue = services.GetRequiredService<IMessageTransport>().Open(new QueueAddress(Queue));
        var factory = new ConnectionFactory();
        factory.SASL.Profile = SaslProfile.Anonymous;
        var connection = await factory.CreateAsync(new Address("127.0.0.1", broker.Port, null, null, "/", "amqp"));
        var link = new SenderLink(new Session(connection), "bench", Queue);

        var figures = new List<SenderFigure>();
        foreach (var (bodyBytes, atOnce) in Lines)
        {
            var body = new byte[bodyBytes];
            var slice = duration / (Rounds * 2);
            var (own, bare) = (new List<double>(), new List<double>());
            await MeasureAsync(() => queue.SendAsync(new OutgoingMessage("1", body), cancellationToken), atOnce, TimeSpan.FromSeconds(1));
            await MeasureAsync(() => link.SendAsync(Bare(body)), atOnce, TimeSpan.FromSeconds(1));
            for (var round = 0; round < Rounds; round++)
            {
                // In turns: a machine that is busy with something else slows both.
                own.Add(await MeasureAsync(() => queue.SendAsync(new OutgoingMessage("1", body), cancellationToken), atOnce, slice));
                bare.Add(await MeasureAsync(() => link.SendAsync(Bare(body)), atOnce, slice));
            }

            var ratios = own.Zip(bare, (ours, theirs) => ours / theirs).ToList();
            figures.Add(new SenderFigure(bodyBytes, atOnce, Median(own), Median(bare), Median(ratios)));
        }

        await connection.CloseAsync();
        Print(figures, json);
        return figures.TrueForAll(figure => figure.Ratio >= Target) ? 0 : 1;
    }

    private static Message Bare(byte[] body) => new()
    {
        Header = new Header { Durable = true },
        Properties = new Properties { MessageId = "1" },
        BodySection = new Data { Binary = body },
    };

    /// <summary>Messages a second.</summary>
    private static async Task<double> MeasureAsync(Func<Task> send, int atOnce, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => LoopAsync()));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task<long> LoopAsync()
        {
            var count = 0L;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await send();
                count++;
            }

            return count;
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    private static void Print(List<SenderFigure> figures, bool json)
    {
        if (json)
        {
            Console.WriteLine(new JsonArray([.. figures.Select(figure => (JsonNode)new JsonObject
            {
                ["bodyBytes"] = figure.BodyBytes,
                ["atOnce"] = figure.AtOnce,
                ["perSecond"] = figure.PerSecond,
                ["barePerSecond"] = figure.BarePerSecond,
                ["ratio"] = figure.Ratio,
                ["target"] = Target,
                ["met"] = figure.Ratio >= Target,
            })]).ToJsonString());
            return;
        }

        var table = new Table().AddColumns("body bytes", "at once", "transport /s", "bare AMQPNetLite /s", "ratio", "target", "met");
        foreach (var figure in figures)
        {
            table.AddRow(
                figure.BodyBytes.ToString(CultureInfo.InvariantCulture),
                figure.AtOnce.ToString(CultureInfo.InvariantCulture),
                figure.PerSecond.ToString("F0", CultureInfo.InvariantCulture),
                figure.BarePerSecond.ToString("F0", CultureInfo.InvariantCulture),
                figure.Ratio.ToString("F2", CultureInfo.InvariantCulture),
                Target.ToString("F1", CultureInfo.InvariantCulture),
                figure.Ratio >= Target ? "yes" : "NO");
        }

        AnsiConsole.Write(table);
    }
}
