using System.Globalization;
using System.Net.Sockets;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Hosting;

/// <summary>
/// Tells systemd's watchdog that the device is alive, as often as it wants to hear it, and only if it is: every loop runs, and the journal's
/// writer answers. When it is told nothing, systemd kills the process and starts it anew. A journal that answers that it cannot write, as on a
/// full disk, is alive: a new start would not mend it.
/// </summary>
/// <param name="notifier">The way to systemd.</param>
/// <param name="limit">How long systemd waits for a sign of life.</param>
/// <param name="probe">Has the journal's writer write something; fails with a <see cref="JournalException"/> if it cannot.</param>
/// <param name="services">The device's loops.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says why nothing is told.</param>
internal sealed partial class Watchdog(
    ISystemdNotifier notifier, TimeSpan limit, Func<Task> probe, IReadOnlyList<IHostedService> services, TimeProvider time, ILogger<Watchdog> logger)
{
    // sd_watchdog_enabled(3).
    private const string LimitVariable = "WATCHDOG_USEC";
    private const string ProcessVariable = "WATCHDOG_PID";

    // sd_notify(3).
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    private Task _probe = Task.CompletedTask;

    /// <summary>How long systemd waits for a sign of life from this process; null if it does not.</summary>
    /// <param name="variables">Reads a variable of the environment.</param>
    public static TimeSpan? Limit(Func<string, string?> variables) =>
        long.TryParse(variables(LimitVariable), CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
        && (variables(ProcessVariable) is not { Length: > 0 } process || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    /// <summary>Goes on until the device stops.</summary>
    public async Task FeedAsync(CancellationToken stoppingToken)
    {
        // Half the limit, as sd_watchdog_enabled(3) advises; with a quarter for the look, two signs are never further apart than three quarters.
        using var timer = new PeriodicTimer(limit / 2, time);
        try
        {
            do
            {
                if (await TroubleAsync(stoppingToken) is { } trouble)
                {
                    LogNotFed(trouble, limit);
                }
                else
                {
                    Feed();
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private void Feed()
    {
        try
        {
            notifier.Notify(Alive);
        }
        catch (SocketException exception)
        {
            LogNotHeard(exception.Message);
        }
    }

    private async Task<string?> TroubleAsync(CancellationToken cancellationToken)
    {
        if (Loops.Ended(services) is { } ended)
        {
            return $"{ended} has ended.";
        }

        // A writer that hangs is not given one more probe at each look.
        if (_probe.IsCompleted)
        {
            _probe = probe();
        }

        try
        {
            await _probe.WaitAsync(limit / 4, time, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return "The journal's writer does not answer.";
        }
        catch (JournalException)
        {
            // It answers; /readyz says what is wrong.
            return null;
        }
    }

    [LoggerMessage(1004, LogLevel.Critical, "The watchdog is told nothing: {Trouble} Within {Limit} of the last sign of life the service manager starts the device anew.")]
    private partial void LogNotFed(string trouble, TimeSpan limit);

    [LoggerMessage(1005, LogLevel.Error, "The service manager cannot be told that the device is alive: {Message}")]
    private partial void LogNotHeard(string message);
}
