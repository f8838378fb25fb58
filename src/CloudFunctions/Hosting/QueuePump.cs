using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>Pumps one function's queue where no Functions host does, by the same values of <c>host.json</c>.</summary>
/// <remarks>
/// When it stops, what runs may finish within the grace period; the rest is cancelled and goes back to the queue at once.
/// </remarks>
internal sealed partial class QueuePump(
    QueueFunction function, IMessageTransport transport, MessagingOptions messaging, FunctionRunner runner, HostFile host,
    LeaseOptions lease, TimeProvider time, ILogger logger)
{
    /// <summary>How long work may go on after the signal to stop: most calls are paid by then.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly IMessageQueue _queue = transport.Open(function.Queue);
    private bool _justEnsured;

    /// <summary>Pumps until told to stop; whatever the queue does, it goes on.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var work = new CancellationTokenSource();
        await using var grace = stoppingToken.Register(() => work.CancelAfter(Grace));
        var running = new List<Task>();
        var troubles = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(task => task.IsCompleted);
            try
            {
                var room = messaging.IsOverStorageQueues() ? host.BatchRoom(running.Count) : host.CallRoom(running.Count);
                if (room == 0)
                {
                    await Task.WhenAny(running).WaitAsync(stoppingToken);
                    continue;
                }

                foreach (var message in await _queue.ReceiveAsync(room, lease.Duration, host.MaxPollingInterval, stoppingToken))
                {
                    running.Add(HandleAsync(message, work.Token));
                }

                troubles = 0;
                _justEnsured = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (MessagingException exception)
            {
                await RecoverAsync(exception, troubles++, stoppingToken);
            }
        }

        await Task.WhenAll(running);
    }

    private async Task RecoverAsync(MessagingException exception, int troubles, CancellationToken stoppingToken)
    {
        try
        {
            if (exception.Kind == MessagingFailure.NotFound && !_justEnsured)
            {
                await _queue.EnsureAsync(stoppingToken);
                _justEnsured = true;
                return;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        catch (MessagingException other)
        {
            exception = other;
        }

        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(troubles, 10))));
        LogTrouble(logger, function.Name, exception.Message, pause);
        // Without an exception: the loop sees for itself that it shall stop.
        await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task HandleAsync(ReceivedMessage message, CancellationToken stop)
    {
        CrashPoint.Hit(CloudCrashPoints.Received);
        if (RefusalOf(message) is { } refusal)
        {
            await SettleAsync(token => _queue.DeadLetterAsync(message, refusal, token));
            return;
        }

        RunEnd end;
        bool lost;
        using (var timeout = new CancellationTokenSource(host.FunctionTimeout, time))
        using (var held = new CancellationTokenSource())
        using (var all = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token, held.Token))
        using (var done = new CancellationTokenSource())
        {
            var holding = HoldAsync(message, held, done.Token);
            end = await runner.RunAsync(function, new Delivery(message.Body, DeliveryCount: message.DeliveryCount), all.Token);
            await done.CancelAsync();
            await holding;
            lost = held.IsCancellationRequested;
            if (timeout.IsCancellationRequested && end == RunEnd.Cancelled)
            {
                end = RunEnd.Failed;
            }
        }

        if (end == RunEnd.Done)
        {
            CrashPoint.Hit(CloudCrashPoints.CompleteBefore);
            await SettleAsync(token => _queue.CompleteAsync(message, token));
            CrashPoint.Hit(CloudCrashPoints.Completed);
        }
        else if (!lost)
        {
            CrashPoint.Hit(CloudCrashPoints.AbandonBefore);
            await GiveBackAsync(message, end);
            CrashPoint.Hit(CloudCrashPoints.Abandoned);
        }
    }

    private Task GiveBackAsync(ReceivedMessage message, RunEnd end) =>
        end != RunEnd.Cancelled && !function.IsPoison && message.DeliveryCount >= host.MaxDequeueCount
            ? SettleAsync(token => _queue.DeadLetterAsync(message, Exhausted(message), token))
            : SettleAsync(token => _queue.AbandonAsync(message, end == RunEnd.Cancelled ? TimeSpan.Zero : host.VisibilityTimeout, token));

    private DeadLetterReason? RefusalOf(ReceivedMessage message) => function.IsPoison
        ? null
        : message.Malformed is { } why
            ? new DeadLetterReason(RejectionCodes.Malformed, why)
            // Only after crashes: an attempt that ends normally puts it aside itself.
            : message.DeliveryCount > host.MaxDequeueCount ? Exhausted(message) : null;

    private static DeadLetterReason Exhausted(ReceivedMessage message) =>
        new(RejectionCodes.Poisoned, $"It was delivered {message.DeliveryCount} times without success; the log of the function says why.");

    /// <summary>Keeps the message ours while the work goes on; cancels the work when it is not any more.</summary>
    private async Task HoldAsync(ReceivedMessage message, CancellationTokenSource held, CancellationToken done)
    {
        var sure = time.GetTimestamp();
        using var timer = new PeriodicTimer(lease.Duration / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                var asked = time.GetTimestamp();
                try
                {
                    if (!await _queue.RenewAsync(message, lease.Duration, done))
                    {
                        break;
                    }

                    sure = asked;
                }
                catch (MessagingException) when (time.GetElapsedTime(sure) < lease.Duration)
                {
                    // A hiccup: it is still ours until its time is over.
                }
                catch (MessagingException)
                {
                    break;
                }
            }

            LogLost(logger, function.Name);
            await held.CancelAsync();
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The work is done.
        }
    }

    // Not under the pump's token: a message that was dealt with shall not come again because we stop.
    private async Task SettleAsync(Func<CancellationToken, Task<bool>> settle)
    {
        using var limit = new CancellationTokenSource(SettleLimit, time);
        try
        {
            if (!await settle(limit.Token))
            {
                LogLost(logger, function.Name);
            }
        }
        catch (Exception exception) when (exception is MessagingException or OperationCanceledException)
        {
            LogUnsettled(logger, function.Name, exception.Message);
        }
    }

    [LoggerMessage(
        EventId = 6070, Level = LogLevel.Warning,
        Message = "The queue of {Function} cannot be read: {Problem} The next try follows in {Pause}.")]
    private static partial void LogTrouble(ILogger logger, string function, string problem, TimeSpan pause);

    [LoggerMessage(
        EventId = 6071, Level = LogLevel.Warning,
        Message = "A message of {Function} was lost to another holder; it comes again, which is harmless.")]
    private static partial void LogLost(ILogger logger, string function);

    [LoggerMessage(
        EventId = 6072, Level = LogLevel.Warning,
        Message = "A message of {Function} could not be settled and comes again, which is harmless: {Problem}")]
    private static partial void LogUnsettled(ILogger logger, string function, string problem);
}
