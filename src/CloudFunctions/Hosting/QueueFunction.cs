using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>A handler and the queue it serves, whatever the host.</summary>
/// <param name="Name">The function's name over Storage queues: its folder, and its path on the custom handler.</param>
/// <param name="ServiceBusName">The same over Service Bus.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Handle">The handler.</param>
/// <param name="IsPoison">Whether the queue holds what was put aside: it has no poison queue of its own.</param>
internal sealed record QueueFunction(
    string Name, string ServiceBusName, QueueAddress Queue, Func<Delivery, CancellationToken, Task<Handled>> Handle, bool IsPoison = false);
