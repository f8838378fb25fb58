using System.Text;
using Hybrid.EndToEnd.Check;
using Hybrid.ServiceBusBroker;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>A Service-Bus-like broker with the product's queues, seen by the names that the queues of a storage account have.</summary>
internal sealed class AmqpQueues : IAsyncDisposable
{
    private const string Answers = "answers";
    private const string PoisonSuffix = "-poison";

    /// <summary>As a Storage queue's, so that what is large there goes by claim here too.</summary>
    private const int MaxBodyBytes = 48 << 10;

    private readonly Broker _broker = new(new BrokerOptions(), TimeProvider.System);

    private AmqpQueues()
    {
    }

    /// <summary>What tells a program to use it.</summary>
    public IReadOnlyList<(string Key, string Value)> Settings =>
    [
        ("Messaging:Transport", "Amqp"), ("Messaging:Amqp:ConnectionString", _broker.ConnectionString), ("Messaging:Amqp:MaxBodyBytes", $"{MaxBodyBytes}"),
    ];

    /// <summary>Starts one.</summary>
    public static async Task<AmqpQueues> StartAsync()
    {
        var queues = new AmqpQueues();
        foreach (var (name, options) in PipelineQueues.All)
        {
            await queues._broker.AddQueueAsync(name, options);
        }

        queues._broker.Start();
        return queues;
    }

    /// <summary>Puts a text on a queue; one of a device is its session.</summary>
    public Task PutAsync(string queue, string text, int failed)
    {
        var session = queue.StartsWith(Answers + "-", StringComparison.Ordinal) ? queue[(Answers.Length + 1)..] : null;
        return _broker.PutAsync(session is null ? queue : Answers, Guid.NewGuid().ToString(), Encoding.UTF8.GetBytes(text), session, failed);
    }

    /// <summary>How many messages every queue holds.</summary>
    public async Task<IReadOnlyList<StoredQueue>> CountAsync() =>
        [.. (await _broker.CountAsync()).Select(queue => new StoredQueue(NameOf(queue.Key), queue.Value))];

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static string NameOf(string path)
    {
        var name = path.Replace(Broker.DeadLetterSuffix, PoisonSuffix, StringComparison.Ordinal);
        return name == Answers ? $"{Answers}-{PipelineRig.DeviceId}" : name;
    }
}
