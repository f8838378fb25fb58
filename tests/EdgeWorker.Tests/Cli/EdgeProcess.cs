using System.Collections.Concurrent;
using System.Diagnostics;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary>The real program as a child process, killed with this if it has not ended.</summary>
internal sealed class EdgeProcess : IAsyncDisposable
{
    /// <summary>A storage account where nobody listens.</summary>
    public const string Nowhere =
        "DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=c2VjcmV0LWtleQ==;"
        + "BlobEndpoint=http://127.0.0.1:1/nobody;QueueEndpoint=http://127.0.0.1:1/nobody;";

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task _reading;
    private readonly ConcurrentQueue<string> _errors = new();

    private EdgeProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _reading = ReadErrorsAsync();
    }

    public int Id => _process.Id;

    /// <summary>What it has said on standard error so far.</summary>
    public string Error => string.Join('\n', _errors);

    /// <summary>Starts it with a tiny model and no cloud, unless the variables say otherwise.</summary>
    public static EdgeProcess Start(TestModels models, string[] arguments, params (string Name, string? Value)[] variables) =>
        Start(models, [], arguments, variables);

    /// <summary>Starts it with mounts of its own, which nobody else sees and which go with it.</summary>
    /// <param name="models">Its model.</param>
    /// <param name="mount">A shell command that mounts them.</param>
    /// <param name="arguments">Its arguments.</param>
    public static EdgeProcess StartMounted(TestModels models, string mount, params string[] arguments) =>
        Start(models, ["unshare", "--map-root-user", "--mount", "sh", "-ec", $"{mount}; exec \"$@\"", "sh"], arguments);

    private static EdgeProcess Start(
        TestModels models, string[] wrapper, string[] arguments, params (string Name, string? Value)[] variables)
    {
        string[] command = [.. wrapper, "dotnet", Path.Combine(AppContext.BaseDirectory, "hybrid-edge.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (string, string?)[] all =
        [
            ("HYBRID__Models__Path", models.Folder), ("HYBRID__Models__Threads", "1"), ("HYBRID__Models__Spinning", "Off"),
            ("HYBRID__Messaging__ConnectionString", Nowhere), .. variables,
        ];
        foreach (var (name, value) in all)
        {
            start.Environment[name] = value;
        }

        return new EdgeProcess(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        TestModels models, string[] arguments, string? input = null, params (string Name, string? Value)[] variables)
    {
        await using var process = Start(models, arguments, variables);
        await process._process.StandardInput.WriteAsync(input);
        process._process.StandardInput.Close();
        return await process.EndAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).SoonAsync();
        await _reading.SoonAsync();
        return (_process.ExitCode, await _output.SoonAsync(), Error);
    }

    /// <summary>Waits until it has said something on standard error.</summary>
    public async Task<string> SaidAsync(string text)
    {
        string? line = null;
        await Eventually.HoldsAsync(() =>
        {
            line = _errors.FirstOrDefault(said => said.Contains(text, StringComparison.Ordinal));
            Assert.False(line is null && _process.HasExited && _reading.IsCompleted, $"It ended without '{text}': {Error}");
            return line is not null;
        });
        return line!;
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("sh", ["-c", $"kill -TERM {Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).SoonAsync();
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

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            _errors.Enqueue(line);
        }
    }
}
