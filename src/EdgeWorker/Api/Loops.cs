using Microsoft.Extensions.Hosting;

namespace Hybrid.EdgeWorker.Api;

/// <summary>The loops that make a device: they run until it stops, so one that has ended is a fault.</summary>
internal static class Loops
{
    /// <summary>The name of a loop that has ended; null while all of them run.</summary>
    public static string? Ended(IEnumerable<IHostedService> services) =>
        services.OfType<BackgroundService>().FirstOrDefault(loop => loop.ExecuteTask is { IsCompleted: true })?.GetType().Name;
}
