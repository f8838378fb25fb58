using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>A handler and the queue it serves, whatever the host.</summary>
/// <param name="Name">The function's name: its folder, and its path on the custom handler.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Handle">The handler.</param>
/// <param name="IsPoison">Whether the queue holds what was put aside: it has no poison queue of its own.</param>
internal sealed record QueueFunction(
    string Name, QueueAddress Queue, Func<ReadOnlyMemory<byte>, CancellationToken, Task<Handled>> Handle, bool IsPoison = false);
