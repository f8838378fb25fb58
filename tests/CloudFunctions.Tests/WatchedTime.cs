using Microsoft.Extensions.Time.Testing;

namespace Hybrid.CloudFunctions.Tests;

/// <summary>A clock that stands still, and tells when somebody begins to wait for a certain time.</summary>
internal sealed class WatchedTime(TimeSpan awaited) : FakeTimeProvider(System.GetUtcNow())
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when somebody waits exactly so long.</summary>
    public Task Waiting => _waiting.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == awaited)
        {
            _waiting.TrySetResult();
        }

        return timer;
    }
}
