using Hybrid.CloudFunctions.Claims;
using Microsoft.Extensions.Hosting;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>Sweeps at the start and once a day, for <c>--standalone</c>; under the Functions host a timer does.</summary>
internal sealed class ClaimSweeper(ClaimSweep sweep, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await sweep.RunAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }
}
