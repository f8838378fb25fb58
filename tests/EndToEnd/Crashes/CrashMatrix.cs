using System.Collections.Concurrent;
using System.Diagnostics;
using Hybrid.Azurite;
using Hybrid.EndToEnd.Check;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>
/// Runs cells side by side on one emulator, each with a storage account of its own: most of a cell is waiting for locks of what has died.
/// </summary>
internal sealed class CrashMatrix : IAsyncDisposable
{
    /// <summary>Enough to fill the waits of one cell with the work of others, and not so many that starting programs run into limits.</summary>
    private static readonly int AtOnce = Environment.ProcessorCount * 4;

    private readonly AzuriteServer _azurite;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Task<(Verdict Verdict, TimeSpan Took)>> _runs = [];

    private readonly bool _amqp;

    private CrashMatrix(AzuriteServer azurite, bool amqp)
    {
        _azurite = azurite;
        _amqp = amqp;
    }

    /// <summary>Starts the emulator and begins.</summary>
    /// <param name="cells">What to run.</param>
    /// <param name="amqp">Whether a Service-Bus-like broker carries the messages, one for each cell.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<CrashMatrix> StartAsync(IReadOnlyList<CrashCase> cells, bool amqp, CancellationToken cancellationToken)
    {
        var accounts = cells.Select((_, i) => $"cell{i}").ToList();
        var matrix = new CrashMatrix(await AzuriteServer.StartTemporaryAsync(accounts, cancellationToken), amqp);
        var waiting = new ConcurrentQueue<(CrashCase Cell, string Account, TaskCompletionSource<(Verdict, TimeSpan)> Run)>();
        foreach (var (cell, account) in cells.Zip(accounts))
        {
            var run = new TaskCompletionSource<(Verdict, TimeSpan)>(TaskCreationOptions.RunContinuationsAsynchronously);
            matrix._runs[cell.Name] = run.Task;
            waiting.Enqueue((cell, account, run));
        }

        for (var i = 0; i < AtOnce; i++)
        {
            _ = WorkAsync(matrix, waiting);
        }

        return matrix;
    }

    /// <summary>A cell's verdict, and how long it took.</summary>
    /// <exception cref="CrashRunException">It broke a promise.</exception>
    public Task<(Verdict Verdict, TimeSpan Took)> OfAsync(string name) => _runs[name];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Task.WhenAll(_runs.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _azurite.DisposeAsync();
        _stop.Dispose();
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever went wrong belongs to whoever waits for this cell.")]
    private static async Task WorkAsync(CrashMatrix matrix, ConcurrentQueue<(CrashCase Cell, string Account, TaskCompletionSource<(Verdict, TimeSpan)> Run)> waiting)
    {
        while (waiting.TryDequeue(out var next))
        {
            try
            {
                var begun = Stopwatch.GetTimestamp();
                var verdict = await CrashRun.RunAsync(next.Cell, matrix._azurite.ConnectionStringOf(next.Account), matrix._amqp, matrix._stop.Token);
                next.Run.SetResult((verdict, Stopwatch.GetElapsedTime(begun)));
            }
            catch (Exception exception)
            {
                next.Run.SetException(exception);
            }
        }
    }
}
