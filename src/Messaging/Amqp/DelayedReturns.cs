using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Messages that were given back with a delay. AMQP 1.0 has none, so they stay under their lock here until the delay is over. If this process dies
/// meanwhile, they come again when the lock ends, which may be earlier. Thread safe.
/// </summary>
internal sealed partial class DelayedReturns(TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    /// <summary>Gives back after a delay, or at once when the transport ends.</summary>
    /// <param name="delay">The delay.</param>
    /// <param name="keep">Keeps the lock; tells after which time it must be called again, or null if the lock is lost.</param>
    /// <param name="giveBack">Gives back.</param>
    public void Start(TimeSpan delay, Func<CancellationToken, Task<TimeSpan?>> keep, Func<CancellationToken, Task> giveBack)
    {
        var task = RunAsync(delay, keep, giveBack);
        _running[task] = 0;
        _ = ForgetAsync(task);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
    }

    private async Task ForgetAsync(Task task)
    {
        await task;
        _running.TryRemove(task, out _);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Nobody waits for it; whatever fails, the lock's end brings the message back.")]
    private async Task RunAsync(TimeSpan delay, Func<CancellationToken, Task<TimeSpan?>> keep, Func<CancellationToken, Task> giveBack)
    {
        await Task.Yield();
        var start = time.GetTimestamp();
        try
        {
            while (!_stop.IsCancellationRequested && delay - time.GetElapsedTime(start) is var left && left > TimeSpan.Zero)
            {
                if (await keep(CancellationToken.None) is not { } next)
                {
                    return;
                }

                await Task.Delay(left < next ? left : next, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await giveBack(CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotReturned(logger, exception.Message);
        }
    }

    [LoggerMessage(EventId = 5036, Level = LogLevel.Debug, Message = "A message could not be given back and comes again when its lock ends: {Problem}")]
    private static partial void LogNotReturned(ILogger logger, string problem);
}
