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
    private int _interactive;
    private int _announced;
    private int _free;

    /// <summary>Who waits for a prompt to work on.</summary>
    public int FreeWorkers => Volatile.Read(ref _free);

    /// <param name="id">The prompt.</param>
    /// <param name="kind">Whether somebody waits for it.</param>
    /// <param name="isChore">Whether it is a chore: nobody looks at the clock for it.</param>
    public void Add(Guid id, PromptKind kind, bool isChore = false)
    {
        if (kind == PromptKind.Interactive)
        {
            Interlocked.Increment(ref _interactive);
        }

        _waiting.Writer.TryWrite((id, kind != PromptKind.Interactive ? 2 : isChore ? 1 : 0, Interlocked.Increment(ref _order)));
    }

    public async ValueTask<Guid> TakeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _free);
        var (id, priority) = await ReadAsync(cancellationToken);
        if (priority <= 1)
        {
            Interlocked.Decrement(ref _interactive);
        }

        return id;
    }

    private async ValueTask<(Guid Id, int Class)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (id, priority, _) = await _waiting.Reader.ReadAsync(cancellationToken);
            return (id, priority);
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
        if (Interlocked.Increment(ref _announced) + Volatile.Read(ref _interactive) <= most)
        {
            return true;
        }

        Arrived();
        return false;
    }

    /// <summary>A prompt that was announced has been added, or will not be.</summary>
    public void Arrived() => Interlocked.Decrement(ref _announced);
}
