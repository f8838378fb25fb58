using System.ComponentModel;
using System.Diagnostics;

namespace Hybrid.Azurite;

/// <summary>A program that is watched, and killed when this is disposed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    private static readonly TimeSpan PipeLimit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, Action<string>? log)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _exited.TrySetResult(process.ExitCode);
        process.OutputDataReceived += (_, line) => Take(line.Data, log);
        process.ErrorDataReceived += (_, line) => Take(line.Data, log);
    }

    public int Id { get; private set; }

    /// <summary>Its exit code, once it has ended.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Starts a program with its input kept open.</summary>
    /// <exception cref="AzuriteException">It is not there; <paramref name="cure"/> becomes part of the message.</exception>
    public static ChildProcess Start(
        string program,
        IEnumerable<string> arguments,
        string folder,
        string cure,
        Action<string>? log,
        IReadOnlyDictionary<string, string>? variables = null)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            process.StartInfo.Environment[name] = value;
        }

        var child = new ChildProcess(process, log);
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            process.Dispose();
            throw new AzuriteException($"'{program}' could not be started: {exception.Message}. {cure}", exception, toolMissing: true);
        }

        child.Id = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Closes its input, which well-behaved children of ours take as the end of their parent.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Kills it, with what it started.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>What it printed last; waits a moment for what is still in the pipe if it has ended.</summary>
    public async Task<string> LastLinesAsync()
    {
        if (_process.HasExited)
        {
            try
            {
                await _process.WaitForExitAsync().WaitAsync(PipeLimit, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                // Something it started still holds the pipe.
            }
        }

        lock (_lines)
        {
            return string.Join(Environment.NewLine, _lines);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _exited.Task;
        _process.Dispose();
    }

    private void Take(string? line, Action<string>? log)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            if (_lines.Count == KeptLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }

        log?.Invoke(line);
    }
}
