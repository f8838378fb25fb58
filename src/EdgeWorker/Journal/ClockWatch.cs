namespace Hybrid.EdgeWorker.Journal;

/// <summary>
/// Notices that the wall clock was set: it moved otherwise than the time that really passed. Across a restart that time is unknown; there only
/// what cannot be is noticed. Not thread safe.
/// </summary>
internal sealed class ClockWatch(TimeProvider time)
{
    /// <summary>Less is how clocks are kept right all day, and does no harm.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(10);

    /// <summary>A clock before this has not been set since the device was switched on.</summary>
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private (DateTimeOffset Wall, long Timestamp)? _agreed;

    /// <summary>Compares the clocks.</summary>
    /// <param name="newest">The newest time an earlier run has written, if there was one; asked for once.</param>
    /// <returns>How far the wall clock was set, and the moment since which times may be of the new clock; null if it was not.</returns>
    public (TimeSpan Jump, DateTimeOffset Since, DateTimeOffset Now)? Look(Func<DateTimeOffset?> newest)
    {
        var (now, timestamp) = (time.GetUtcNow(), time.GetTimestamp());
        if (_agreed is { } agreed)
        {
            var passed = time.GetElapsedTime(agreed.Timestamp, timestamp);
            var jump = now - agreed.Wall - passed;
            return jump.Duration() >= Least ? (jump, now - passed, now) : null;
        }

        // Nobody has written anything by this run's clock yet.
        return newest() is { } last && (now <= last - Least || (last < Earliest && now >= Earliest)) ? (now - last, now, now) : null;
    }

    /// <summary>From here on both clocks go together.</summary>
    public void Agree() => _agreed = (time.GetUtcNow(), time.GetTimestamp());
}
