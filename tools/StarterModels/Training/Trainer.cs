using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Hybrid.StarterModels.Training;

/// <summary>Runs <c>train.py</c>, which does the gradient descent and nothing else.</summary>
internal sealed class Trainer(string python, int threads, TextWriter progress, TimeProvider time)
{
    /// <summary>How long the trainer may take to save its checkpoint after Ctrl+C.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    public static string Script { get; } = Path.Combine(AppContext.BaseDirectory, "train.py");

    public static string Configuration { get; } = Path.Combine(AppContext.BaseDirectory, "training.json");

    /// <summary>Trains, or continues where an interrupted run stopped. Does nothing if the run is done.</summary>
    /// <exception cref="TrainingFailedException">Python or PyTorch is missing, or the trainer failed.</exception>
    public async Task RunAsync(TrainingRun run, CancellationToken cancellationToken)
    {
        if (run.Done)
        {
            await progress.WriteLineAsync($"{run.Model} seed {run.Seed} is trained already: {run.Folder}");
            return;
        }

        var code = await StartAsync(
            [
                Script, "--config", Configuration, "--model", run.Model, "--corpus", run.CorpusFolder, "--out", run.Folder,
                "--seed", run.Seed.ToString(CultureInfo.InvariantCulture), "--threads", threads.ToString(CultureInfo.InvariantCulture),
            ],
            line => progress.WriteLine($"[{run.Model} {run.Seed}] {line}"),
            cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (code != 0)
        {
            throw new TrainingFailedException(
                $"train.py ended with {code} for {run.Model}, seed {run.Seed}; its messages are above. "
                + $"The same command continues from the last checkpoint in {run.Folder}.");
        }
    }

    /// <summary>Finds out whether training can begin at all.</summary>
    /// <exception cref="TrainingFailedException">Python or PyTorch is missing.</exception>
    public async Task RequireTorchAsync(CancellationToken cancellationToken)
    {
        if (await StartAsync(["-c", "import numpy, torch"], _ => { }, cancellationToken) != 0)
        {
            throw new TrainingFailedException(
                $"'{python}' cannot import numpy and torch. Install PyTorch for it "
                + "(Debian: apt install python3-torch libopenblas0-pthread), or name another interpreter with --python.");
        }
    }

    private async Task<int> StartAsync(IReadOnlyList<string> arguments, Action<string> onLine, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(python, arguments) { RedirectStandardError = true } };

        // BLAS reads these only once, before PyTorch can set anything.
        foreach (var name in new[] { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS" })
        {
            process.StartInfo.Environment[name] = threads.ToString(CultureInfo.InvariantCulture);
        }

        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                onLine(line.Data);
            }
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new TrainingFailedException(
                $"'{python}' cannot be started: {exception.Message}. Install Python 3 or name another interpreter with --python.",
                exception);
        }

        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
            throw;
        }

        return process.ExitCode;
    }

    /// <summary>A terminal's Ctrl+C reaches the trainer too, which then saves and leaves; whatever has not left by then is ended.</summary>
    private async Task StopAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Grace, time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
