using Microsoft.Extensions.Time.Testing;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>A wall clock that can be set while the time that really passes goes on as it was.</summary>
internal sealed class SettableTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _offset;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _offset;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets the wall clock.</summary>
    public void Set(DateTimeOffset wall) => _offset = wall - base.GetUtcNow();
}
