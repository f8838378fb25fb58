using System.Collections.Concurrent;
using System.Diagnostics;

namespace Hybrid.EndToEnd;

/// <summary>One of the real programs as a child process that listens somewhere.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private const string Listening = " listens on ";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Where machine code of a project lies below <see cref="Published"/>.</summary>
    private static readonly Dictionary<string, string> MachineCode = new(StringComparer.Ordinal)
    {
        ["CloudFunctions"] = "cloud-aot/hybrid-cloud",
        ["EdgeWorker"] = "edge-linux-x64-aot/hybrid-edge",
    };

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningProgram(Process process) => _process = process;

    /// <summary>The folder that <c>packaging/publish.sh</c> wrote, to run what is shipped; null for what the checkout's build left.</summary>
    public static string? Published { get; set; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Everything it has printed.</summary>
    public string Log => string.Join('\n', _lines);

    /// <summary>Its exit code, once it has ended; 137 after SIGKILL.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Its process, for signals.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts a program of the checkout, built in the same configuration as these tests, and waits until it listens.</summary>
    public static async Task<RunningProgram> StartAsync(string project, string file, string[] arguments, IReadOnlyDictionary<string, string> variables)
    {
        var program = Launch(project, file, arguments, variables);
        try
        {
            await program.ListensAsync();
        }
        catch (Exception exception)
        {
            await program.DisposeAsync();
            throw new InvalidOperationException($"{file} did not come up:\n{program.Log}", exception);
        }

        return program;
    }

    /// <summary>Starts one and waits for nothing: it may be about to die.</summary>
    public static RunningProgram Launch(string project, string file, string[] arguments, IReadOnlyDictionary<string, string> variables)
    {
        var start = Published is { } published
            ? new ProcessStartInfo(Path.Combine(published, MachineCode[project]), arguments)
            : new ProcessStartInfo("dotnet", [BuiltBeside(project, file), .. arguments]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.WorkingDirectory = Path.GetTempPath();
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var program = new RunningProgram(new Process { StartInfo = start, EnableRaisingEvents = true });
        program._process.OutputDataReceived += (_, line) => program.Take(line.Data);
        program._process.ErrorDataReceived += (_, line) => program.Take(line.Data);
        program._process.Exited += (_, _) =>
        {
            program._exited.TrySetResult(program._process.ExitCode);
            program._address.TrySetException(new InvalidOperationException($"{file} has ended."));
        };
        program._process.Start();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public async Task ListensAsync() => Address = await _address.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static string BuiltBeside(string project, string file)
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, file);
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at
            && Uri.TryCreate(line[(at + Listening.Length)..], UriKind.Absolute, out var address))
        {
            _address.TrySetResult(address);
        }
    }
}
