namespace Hybrid.EdgeWorker.Api;

/// <summary>
/// Gives memory back to the system after large requests. The collector by itself keeps what was needed once until it is needed again; on a device
/// other programs may need it. Thread safe.
/// </summary>
internal sealed class MemoryReturn : IDisposable
{
    /// <summary>As long as large requests come, what they leave behind is of use to the next.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>Pools of buffers let go of what has lain in them for up to a minute, when the heap is collected after that: once more then.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(75);

    private readonly ITimer _timer;
    private int _left;

    public MemoryReturn(TimeProvider time) => _timer = time.CreateTimer(_ => Give(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>A large request has been answered.</summary>
    public void AfterLarge()
    {
        Interlocked.Exchange(ref _left, 2);
        _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Give()
    {
        Collect();
        if (Interlocked.Decrement(ref _left) > 0)
        {
            _timer.Change(Again, Timeout.InfiniteTimeSpan);
        }
        else
        {
            // The pools act after a collection: what they have let go of is found by the next.
            GC.WaitForPendingFinalizers();
            Collect();
        }
    }

    /// <summary>
    /// In the only mode that also gives back what the collector keeps for later. It stops all threads, for some tens of milliseconds on a heap like this.
    /// </summary>
    private static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
