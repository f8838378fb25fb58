using System.Diagnostics;

namespace Hybrid.Inference.Decoding;

/// <summary>Decides whether the cores a model would use are free.</summary>
/// <remarks>
/// As many threads as the model will have run a busy loop for a moment. On free cores the process receives that many cores' worth of
/// processor time; where others compete for them it receives less. This sees neighbours that a load average reports a minute late,
/// and works alike on Linux, Windows and macOS.
/// </remarks>
internal static class SpinningProbe
{
    /// <summary>How long the loops run. Several scheduler slices (3–4 ms on Linux), yet unnoticed beside loading a model.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(25);

    /// <summary>The share of the asked processor time that counts as free; one busy neighbour on two cores leaves about 0.75.</summary>
    private const double FreeShare = 0.9;

    /// <summary>Whether workers should spin in this mode.</summary>
    /// <param name="mode">What the configuration says.</param>
    /// <param name="threads">How many threads the model will use.</param>
    public static bool Decide(SpinningMode mode, int threads) => mode switch
    {
        SpinningMode.On => true,
        SpinningMode.Off => false,
        // One thread has no workers that could wait.
        _ => threads > 1 && ReceivedShare(threads) >= FreeShare,
    };

    /// <summary>Processor time received over processor time asked for, about 1 on free cores.</summary>
    internal static double ReceivedShare(int threads)
    {
        using var start = new Barrier(threads);
        var spans = new long[threads];
        var before = TimeSpan.Zero;
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            var index = i;
            workers[i] = new Thread(() =>
            {
                start.SignalAndWait();
                spans[index] = Spin();
            })
            { IsBackground = true, Name = "hybrid-spin-probe" };
        }

        before = Environment.CpuUsage.TotalTime;
        foreach (var worker in workers)
        {
            worker.Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        var received = Environment.CpuUsage.TotalTime - before;
        var asked = spans.Sum(ticks => Stopwatch.GetElapsedTime(0, ticks).TotalSeconds);
        return received.TotalSeconds / asked;
    }

    private static long Spin()
    {
        var begin = Stopwatch.GetTimestamp();
        var length = (long)(Duration.TotalSeconds * Stopwatch.Frequency);
        long now;
        do
        {
            now = Stopwatch.GetTimestamp();
        }
        while (now - begin < length);

        return now - begin;
    }
}
