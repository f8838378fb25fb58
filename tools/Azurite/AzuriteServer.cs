using System.Text.RegularExpressions;

namespace Hybrid.Azurite;

/// <summary>
/// The Azure Storage emulator as a child process, which ends with this process however it ends. Not thread safe; dispose it to stop it.
/// </summary>
public sealed partial class AzuriteServer : IAsyncDisposable
{
    /// <summary>
    /// The emulator's account. Name and key are public and the same everywhere ("Use the Azurite emulator for local Azure Storage
    /// development").
    /// </summary>
    private const string Account = "devstoreaccount1";

    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>On a machine under load it takes seconds.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly bool _temporary;
    private AzuriteOptions _options;
    private ChildProcess? _process;

    private AzuriteServer(AzuriteOptions options, string folder, bool temporary)
    {
        _options = options;
        _folder = folder;
        _temporary = temporary;
    }

    /// <summary>For our own programs: <c>Messaging:ConnectionString</c>. Stays the same over restarts.</summary>
    public string ConnectionString => ConnectionStringOf(Account);

    /// <summary>The address of the blobs.</summary>
    public Uri BlobEndpoint => Address(_options.BlobPort);

    /// <summary>The address of the queues.</summary>
    public Uri QueueEndpoint => Address(_options.QueuePort);

    /// <summary>The process, while it runs.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>Completes with the exit code when the emulator ends, wanted or not.</summary>
    /// <exception cref="InvalidOperationException">It is not running.</exception>
    public Task<int> Exited => (_process ?? throw new InvalidOperationException("Azurite is not running.")).Exited;

    /// <summary>Installs the emulator if need be, starts it and waits until it answers.</summary>
    /// <exception cref="AzuriteException">Node or npm is missing, a port is taken, or it did not come up.</exception>
    public static Task<AzuriteServer> StartAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync(options, temporary: false, cancellationToken);
    }

    /// <summary>The same with free ports and a new data folder that is deleted in the end.</summary>
    /// <exception cref="AzuriteException">Node or npm is missing, or it did not come up.</exception>
    public static Task<AzuriteServer> StartTemporaryAsync(CancellationToken cancellationToken) => StartTemporaryAsync([], cancellationToken);

    /// <summary>The same with more accounts.</summary>
    /// <exception cref="AzuriteException">Node or npm is missing, or it did not come up.</exception>
    public static Task<AzuriteServer> StartTemporaryAsync(IReadOnlyList<string> moreAccounts, CancellationToken cancellationToken) => StartAsync(
        new AzuriteOptions(Directory.CreateTempSubdirectory("hybrid-azurite-").FullName) { MoreAccounts = moreAccounts }, temporary: true, cancellationToken);

    /// <summary>
    /// Ends it as a power cut would. Azurite writes queues and the index of blobs only every few seconds: what came last may be gone.
    /// </summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    /// <summary>Ends it in order: it writes down its state first.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        await using (process)
        {
            process.CloseInput();
            try
            {
                await process.Exited.WaitAsync(StopLimit, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                // Disposing kills it.
            }
        }
    }

    /// <summary>The same for one of <see cref="AzuriteOptions.MoreAccounts"/>, perhaps by way of other ports, as of a proxy.</summary>
    /// <param name="account">The account.</param>
    /// <param name="blobPort">Where the blobs are reached; null for the emulator's own port.</param>
    /// <param name="queuePort">Where the queues are reached; null for the emulator's own port.</param>
    public string ConnectionStringOf(string account, int? blobPort = null, int? queuePort = null) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};"
        + $"BlobEndpoint={Address(blobPort ?? _options.BlobPort, account)};QueueEndpoint={Address(queuePort ?? _options.QueuePort, account)};"
        + $"TableEndpoint={Address(_options.TablePort, account)};";

    /// <summary>Starts it again, on the same ports and the same data; stops it first if it runs.</summary>
    /// <exception cref="AzuriteException">It did not come up again.</exception>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        await LaunchAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_temporary)
        {
            // Nobody will read its state.
            await KillAsync();
            Directory.Delete(_options.Location, recursive: true);
        }
        else
        {
            await StopAsync();
        }
    }

    private static async Task<AzuriteServer> StartAsync(AzuriteOptions options, bool temporary, CancellationToken cancellationToken)
    {
        var folder = await AzuriteInstall.EnsureAsync(options, cancellationToken);
        var server = new AzuriteServer(options, folder, temporary);
        try
        {
            await server.LaunchAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static Uri Address(int port, string account = Account) => new($"http://127.0.0.1:{port}/{account}");

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_options.Location);
        string[] arguments =
        [
            "launch.cjs", "--silent", "--disableTelemetry", "--location", _options.Location,
            "--blobHost", "127.0.0.1", "--blobPort", $"{_options.BlobPort}",
            "--queueHost", "127.0.0.1", "--queuePort", $"{_options.QueuePort}",
            "--tableHost", "127.0.0.1", "--tablePort", $"{_options.TablePort}",
            .. _options.SkipApiVersionCheck ? new[] { "--skipApiVersionCheck" } : [],
        ];

        // The emulator itself takes free ports and says which: nobody can snatch one between choosing and using it.
        var ports = new Dictionary<string, int>();
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = ChildProcess.Start(
            _options.Node,
            arguments,
            _folder,
            "It runs Azurite, the storage emulator of the tests and the local stack. "
            + "Install Node.js 18 or newer (Debian and Ubuntu: apt-get install nodejs npm) and put it on PATH.",
            Read,
            new Dictionary<string, string>
            {
                ["AZURITE_ACCOUNTS"] = string.Join(';', _options.MoreAccounts.Prepend(Account).Select(account => $"{account}:{Key}")),
            });
        try
        {
            var first = await Task.WhenAny(listening.Task, _process.Exited).WaitAsync(StartLimit, TimeProvider.System, cancellationToken);
            if (first != listening.Task)
            {
                throw new AzuriteException(Explain($"Azurite ended with {await _process.Exited}", await _process.LastLinesAsync()));
            }
        }
        catch (TimeoutException exception)
        {
            throw new AzuriteException(
                Explain($"Azurite was not ready after {StartLimit.TotalSeconds} s", await _process.LastLinesAsync()), exception);
        }

        _options = _options with { BlobPort = ports["Blob"], QueuePort = ports["Queue"], TablePort = ports["Table"] };
        await ProbeAsync(cancellationToken);

        void Read(string line)
        {
            _options.Log?.Invoke(line);
            if (ListeningLine().Match(line) is { Success: true } match)
            {
                lock (ports)
                {
                    ports[match.Groups["service"].Value] = int.Parse(
                        match.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture);
                    if (ports.Count == 3)
                    {
                        listening.TrySetResult();
                    }
                }
            }
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        // Any answer will do: without credentials it is a refusal.
        using var client = new HttpClient { Timeout = StartLimit };
        foreach (var endpoint in new[] { BlobEndpoint, QueueEndpoint })
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"{endpoint}?comp=list"), cancellationToken);
            }
            catch (HttpRequestException exception)
            {
                throw new AzuriteException($"Azurite says it listens but {endpoint} does not answer: {exception.Message}", exception);
            }
        }
    }

    private string Explain(string what, string lastLines)
    {
        var cure = lastLines.Contains("EADDRINUSE", StringComparison.Ordinal)
            ? $"One of the ports {_options.BlobPort}, {_options.QueuePort}, {_options.TablePort} is in use: "
                + "end the program that has it, or choose others."
            : "Its last lines:";
        return $"{what}. {cure}{Environment.NewLine}{lastLines}";
    }

    [GeneratedRegex(@"^Azurite (?<service>Blob|Queue|Table) service is successfully listening at http://[\d.]+:(?<port>\d+)")]
    private static partial Regex ListeningLine();
}
