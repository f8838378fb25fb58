using System.Collections.Concurrent;
using System.Diagnostics;

namespace Hybrid.Packaging.Tests;

/// <summary>A program as a child process, killed with this if it has not ended.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Task _reading;

    private Child(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it.</summary>
    /// <param name="program">Its path, or its name on the path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">Its whole environment; null for this process's.</param>
    /// <param name="more">Variables beside these.</param>
    public static Child Start(
        string program, IEnumerable<string> arguments, Dictionary<string, string?>? variables = null, params (string Name, string Value)[] more)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (variables is not null)
        {
            start.Environment.Clear();
        }

        foreach (var (name, value) in variables ?? [])
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in more)
        {
            start.Environment[name] = value;
        }

        return new Child(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, IEnumerable<string> arguments, Dictionary<string, string?>? variables = null, params (string Name, string Value)[] more)
    {
        await using var child = Start(program, arguments, variables, more);
        return (await child.EndAsync(), child.Output, child.Errors);
    }

    /// <summary>Its exit code, when it has ended.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        await _reading.WaitAsync(Limit, Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has said something on standard error.</summary>
    public async Task<string> SaidAsync(string text)
    {
        var begun = TimeProvider.System.GetTimestamp();
        string? line;
        while ((line = _errors.FirstOrDefault(said => said.Contains(text, StringComparison.Ordinal))) is null)
        {
            Assert.False(_reading.IsCompleted || TimeProvider.System.GetElapsedTime(begun) > Limit, $"It did not say '{text}': {Errors}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }

        return line;
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("sh", ["-c", $"kill -TERM {_process.Id}"]);
        await kill.WaitForExitAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
        }
    }
}
