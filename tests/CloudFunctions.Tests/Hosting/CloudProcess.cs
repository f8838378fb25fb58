using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>The real program as a child process; killed in the end.</summary>
internal sealed partial class CloudProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const string Listens = "hybrid-cloud listens on ";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CloudProcess(Process process) => _process = process;

    /// <summary>What it printed on standard error.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts it.</summary>
    /// <param name="program">As <c>defaultExecutablePath</c> has it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="folder">The folder of host.json; this one without it.</param>
    public static CloudProcess Start(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>> environment, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var child = new CloudProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith(Listens, StringComparison.Ordinal) == true)
            {
                child._address.TrySetResult(new Uri(line.Data[Listens.Length..]));
            }
        };
        child._process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                child._errors.Enqueue(line.Data);
            }
        };
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>The program with arguments, set up by variables as an operator would.</summary>
    public static CloudProcess Start(IEnumerable<string> arguments, Dictionary<string, string?> settings) =>
        Start("dotnet", ["hybrid-cloud.dll", .. arguments], Variables(settings));

    /// <summary>Settings as variables.</summary>
    public static Dictionary<string, string?> Variables(Dictionary<string, string?> settings) =>
        settings.ToDictionary(pair => $"HYBRID__{pair.Key.Replace(":", "__", StringComparison.Ordinal)}", pair => pair.Value);

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> ListensAsync()
    {
        var first = await Task.WhenAny(_address.Task, _process.WaitForExitAsync()).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.True(first == _address.Task, $"It ended: {Errors}");
        return await _address.Task;
    }

    /// <summary>Its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Completes when it has ended.</summary>
    public Task EndedAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, SigTerm));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
