using Hybrid.Azurite;

namespace Hybrid.LocalStack.Stack;

/// <summary>A program of the stack, which ends with this process however it ends.</summary>
internal sealed class StackProgram : IAsyncDisposable
{
    /// <summary>The keeper gives a program 10 seconds.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _process;

    private StackProgram(string name, ChildProcess process)
    {
        Name = name;
        _process = process;
    }

    public string Name { get; }

    /// <summary>Its exit code once it has ended.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>Starts a program; the environment of this one is passed on, with additions.</summary>
    /// <exception cref="AzuriteException">Node.js is missing.</exception>
    public static StackProgram Start(
        string name, IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string> variables, Action<string> log)
    {
        var process = ChildProcess.Start(
            "node",
            [Path.Combine(AppContext.BaseDirectory, "keeper.cjs"), .. command],
            folder,
            "The local stack runs its programs through it. "
            + "Install Node.js 18 or newer with npm (Debian and Ubuntu: apt-get install nodejs npm) and put both on PATH.",
            log,
            variables);
        return new StackProgram(name, process);
    }

    /// <summary>Waits until an address answers with success.</summary>
    /// <exception cref="StackException">The program ended or the time ran out.</exception>
    public async Task WaitUntilReadyAsync(Uri address, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = ProbeLimit };
        var start = TimeProvider.System.GetTimestamp();
        while (!await AnswersAsync(client, address, cancellationToken))
        {
            if (Exited.IsCompleted)
            {
                throw new StackException(await WithLastLinesAsync($"{Name} ended with {await Exited} before it was ready."));
            }

            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new StackException(await WithLastLinesAsync($"{Name} was not ready at {address} after {limit.TotalSeconds:F0} s."));
            }

            await Task.Delay(ProbePause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<string> WithLastLinesAsync(string what) =>
        $"{what} Its last lines:{Environment.NewLine}{await _process.LastLinesAsync()}";

    public async ValueTask DisposeAsync()
    {
        await using (_process)
        {
            _process.CloseInput();
            try
            {
                await _process.Exited.WaitAsync(StopLimit, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                // Disposing kills it, with what it started.
            }
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
