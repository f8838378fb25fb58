using Hybrid.ServiceBusBroker;

// The queues of the product on a port of this machine, until it is told to stop: SIGTERM, Ctrl+C, or the end of standard input.
var port = args is ["--port", var text] ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
await using var broker = new Broker(new BrokerOptions { Port = port }, TimeProvider.System);
foreach (var (name, options) in PipelineQueues.All)
{
    await broker.AddQueueAsync(name, options);
}

broker.Start();
Console.WriteLine($"The broker listens on amqp://127.0.0.1:{broker.Port}");
Console.WriteLine(broker.ConnectionString);
var stop = new TaskCompletionSource();
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, _ => stop.TrySetResult());
Console.CancelKeyPress += (_, press) => press.Cancel = stop.TrySetResult();
await stop.Task;
