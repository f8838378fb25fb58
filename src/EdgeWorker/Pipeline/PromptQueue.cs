using System.Threading.Channels;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Accepted prompts that wait to be worked on, those with a caller apart from those without. Holds ids only. Thread safe.</summary>
internal sealed class PromptQueue
{
    /// <summary>With a caller: chores behind the others, whose callers look at the clock.</summary>
    private readonly Channel<(Guid Id, bool IsChore, long Order)> _interactive =
        Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<(Guid Id, bool IsChore, long Order)>
        {
            Comparer = Comparer<(Guid Id, bool IsChore, long Order)>.Create(
                (a, b) => a.IsChore != b.IsChore ? a.IsChore.CompareTo(b.IsChore) : a.Order.CompareTo(b.Order)),
        });

    private readonly Channel<Guid> _batch = Channel.CreateUnbounded<Guid>();
    private long _order;
    private int _announced;
    private int _free;

    /// <summary>Who waits for a prompt with a caller to work on.</summary>
    public int FreeWorkers => Volatile.Read(ref _free);

    /// <param name="id">The prompt.</param>
    /// <param name="kind">Whether somebody waits for it.</param>
    /// <param name="isChore">Whether it is a chore: nobody looks at the clock for it.</param>
    public void Add(Guid id, PromptKind kind, bool isChore = false)
    {
        if (kind == PromptKind.Interactive)
        {
            _interactive.Writer.TryWrite((id, isChore, Interlocked.Increment(ref _order)));
        }
        else
        {
            _batch.Writer.TryWrite(id);
        }
    }

    /// <summary>The next prompt of a kind.</summary>
    public async ValueTask<Guid> TakeAsync(PromptKind kind, CancellationToken cancellationToken)
    {
        if (kind == PromptKind.Batch)
        {
            return await _batch.Reader.ReadAsync(cancellationToken);
        }

        Interlocked.Increment(ref _free);
        try
        {
            return (await _interactive.Reader.ReadAsync(cancellationToken)).Id;
        }
        finally
        {
            Interlocked.Decrement(ref _free);
        }
    }

    /// <summary>Holds a place for a prompt with a caller, until <see cref="Arrived"/>; it is on its way to the journal.</summary>
    /// <param name="most">How many may wait.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryAnnounce(int most)
    {
        if (Interlocked.Increment(ref _announced) + _interactive.Reader.Count <= most)
        {
            return true;
        }

        Arrived();
        return false;
    }

    /// <summary>A prompt that was announced has been added, or will not be.</summary>
    public void Arrived() => Interlocked.Decrement(ref _announced);
}
