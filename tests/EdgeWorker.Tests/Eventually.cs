using Microsoft.Extensions.Time.Testing;

namespace Hybrid.EdgeWorker.Tests;

/// <summary>Waits for what gives no signal of its own, such as another process or a broker.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A signal, or a failure after a long time.</summary>
    public static Task SoonAsync(this Task task) => task.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="SoonAsync(Task)"/>
    public static Task<T> SoonAsync<T>(this Task<T> task) =>
        task.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Asks until the answer is yes.</summary>
    public static Task HoldsAsync(Func<Task<bool>> holds) => HoldsAsync(holds, Limit, Pause);

    /// <summary>Asks until the answer is yes, at most so long and so often.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> holds, TimeSpan limit, TimeSpan pause)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < limit, "It never came true.");
            await Task.Delay(pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks until the answer is yes.</summary>
    public static Task HoldsAsync(Func<bool> holds) => HoldsAsync(() => Task.FromResult(holds()));

    /// <summary>Lets the clock run until something is done: whoever waits on it may begin to wait only after we look.</summary>
    public static async Task RunUntilAsync(this FakeTimeProvider time, Task done, TimeSpan step)
    {
        await HoldsAsync(() =>
        {
            if (!done.IsCompleted)
            {
                time.Advance(step);
            }

            return done.IsCompleted;
        });
        await done;
    }
}
