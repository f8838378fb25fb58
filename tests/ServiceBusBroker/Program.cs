using System.Globalization;
using System.Runtime.InteropServices;
using Hybrid.ServiceBusBroker;

// The product's queues on a port of this machine, until it is told to stop: --port N for a port of one's choice, --anonymous to ask for no tokens.
var at = Array.IndexOf(args, "--port");
var port = at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 0;
await using var broker = new Broker(new BrokerOptions { Port = port, Anonymous = args.Contains("--anonymous") }, TimeProvider.System);
foreach (var (name, options) in PipelineQueues.All)
{
    await broker.AddQueueAsync(name, options);
}

broker.Start();
Console.WriteLine($"The broker listens on amqp://127.0.0.1:{broker.Port}");
Console.WriteLine(broker.ConnectionString);
var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.TrySetResult();
});
Console.CancelKeyPress += (_, press) => press.Cancel = stop.TrySetResult();
await stop.Task;
