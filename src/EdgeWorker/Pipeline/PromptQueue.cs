using System.Threading.Channels;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Accepted prompts that wait to be worked on; those with a caller first. Holds ids only. Thread safe.</summary>
internal sealed class PromptQueue
{
    private readonly Channel<(Guid Id, int Class, long Order)> _waiting =
        Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<(Guid Id, int Class, long Order)>
        {
            Comparer = Comparer<(Guid Id, int Class, long Order)>.Create((a, b) => a.Class != b.Class ? a.Class.CompareTo(b.Class) : a.Order.CompareTo(b.Order)),
        });

    private long _order;

    /// <param name="id">The prompt.</param>
    /// <param name="kind">Whether somebody waits for it.</param>
    /// <param name="isChore">Whether it is a chore: nobody looks at the clock for it.</param>
    public void Add(Guid id, PromptKind kind, bool isChore = false) =>
        _waiting.Writer.TryWrite((id, kind != PromptKind.Interactive ? 2 : isChore ? 1 : 0, Interlocked.Increment(ref _order)));

    public async ValueTask<Guid> TakeAsync(CancellationToken cancellationToken) => (await _waiting.Reader.ReadAsync(cancellationToken)).Id;
}
