using Hybrid.Azurite;

namespace Hybrid.LocalStack.Stack;

/// <summary>Storage emulator, cloud functions and edge worker, up and healthy. Disposing stops them, the device first.</summary>
internal sealed class RunningStack : IAsyncDisposable
{
    private const string SettingPrefix = "HYBRID__";
    private const string ConnectionVariable = SettingPrefix + "Messaging__ConnectionString";
    private const string QueueUriVariable = SettingPrefix + "Messaging__QueueServiceUri";

    /// <summary>What the keeper ends with if its program is not there.</summary>
    private const int CommandNotFound = 127;

    /// <summary>The first start on a small machine reads models from a cold disk.</summary>
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    private readonly StackLayout _layout;
    private readonly StackOptions _options;
    private readonly StackLog _log;
    private AzuriteServer? _azurite;
    private StackProgram? _cloud;
    private StackProgram? _edge;

    private RunningStack(StackLayout layout, StackOptions options, StackLog log)
    {
        _layout = layout;
        _log = log;
        _options = options with
        {
            EdgePort = StackPorts.Take(options.EdgePort, "the edge worker", "--edge-port"),
            CloudPort = StackPorts.Take(options.CloudPort, "the cloud functions", "--cloud-port"),
        };
    }

    public Uri Edge => new($"http://127.0.0.1:{_options.EdgePort}");

    public Uri Cloud => new($"http://127.0.0.1:{_options.CloudPort}");

    /// <summary>The emulator's address of queues; null if the settings name an account.</summary>
    public Uri? Queues => _azurite?.QueueEndpoint;

    /// <summary>Starts them all and waits until each is healthy.</summary>
    /// <exception cref="StackException">A port is in use or a program did not come up.</exception>
    /// <exception cref="AzuriteException">Node.js or npm is missing, or the emulator did not come up.</exception>
    public static async Task<RunningStack> StartAsync(
        StackLayout layout, StackOptions options, StackLog log, CancellationToken cancellationToken)
    {
        var stack = new RunningStack(layout, options, log);
        try
        {
            await stack.StartAllAsync(cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until one of them ends by itself.</summary>
    /// <returns>Which, with its exit code.</returns>
    public async Task<(string Name, int ExitCode)> WaitForDeathAsync(CancellationToken cancellationToken)
    {
        var deaths = new List<(string Name, Task<int> Exited)> { (_cloud!.Name, _cloud.Exited), (_edge!.Name, _edge.Exited) };
        if (_azurite is not null)
        {
            deaths.Add(("azurite", _azurite.Exited));
        }

        var first = await Task.WhenAny(deaths.Select(death => death.Exited)).WaitAsync(cancellationToken);
        return (deaths.First(death => death.Exited == first).Name, await first);
    }

    public async ValueTask DisposeAsync()
    {
        // The device first: it hands its last events over while the broker still takes them.
        if (_edge is not null)
        {
            await _edge.DisposeAsync();
        }

        if (_cloud is not null)
        {
            await _cloud.DisposeAsync();
        }

        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        var variables = await StartStorageAsync(cancellationToken);
        _cloud = _options.Func ? await StartFuncAsync(variables, cancellationToken) : StartCloud(variables);
        _edge = StartEdge(variables);
        // Whichever fails first is told at once, whatever becomes of the other.
        await foreach (var ready in Task.WhenEach(
            _cloud.WaitUntilReadyAsync(new Uri(Cloud, "/api/health"), ReadyLimit, cancellationToken),
            _edge.WaitUntilReadyAsync(new Uri(Edge, "/readyz"), ReadyLimit, cancellationToken)))
        {
            await ready;
        }
    }

    private async Task<Dictionary<string, string>> StartStorageAsync(CancellationToken cancellationToken)
    {
        // Whoever names an account wants that one.
        if (IsSet(ConnectionVariable) || IsSet(QueueUriVariable))
        {
            return [];
        }

        var first = _options.AzuritePort;
        if (first != 0)
        {
            StackPorts.Take(first, "the emulator's blobs", "--azurite-port");
            StackPorts.Take(first + 1, "the emulator's queues", "--azurite-port");
            StackPorts.Take(first + 2, "the emulator's tables", "--azurite-port");
        }

        var azurite = new AzuriteOptions(Path.Combine(_options.Folder, "azurite"))
        {
            BlobPort = first,
            QueuePort = first == 0 ? 0 : first + 1,
            TablePort = first == 0 ? 0 : first + 2,
            // The Functions host's own client is newer than the emulator.
            SkipApiVersionCheck = true,
            Log = _log.For("azurite"),
        };
        _azurite = await AzuriteServer.StartAsync(azurite, cancellationToken);
        return new Dictionary<string, string> { [ConnectionVariable] = _azurite.ConnectionString };
    }

    private StackProgram StartCloud(Dictionary<string, string> variables) => StackProgram.Start(
        "cloud", [.. _layout.Cloud, "--standalone", "--urls", Address(Cloud)], _layout.Root, variables, _log.For("cloud"));

    private StackProgram StartEdge(Dictionary<string, string> variables)
    {
        string[] mode = _options.Mode is { } value ? ["--mode", value] : [];
        return StackProgram.Start(
            "edge",
            [.. _layout.Edge, "serve", "--url", Address(Edge), "--data", Path.Combine(_options.Folder, "edge"), .. mode],
            _layout.Root,
            variables,
            _log.For("edge"));
    }

    private async Task<StackProgram> StartFuncAsync(Dictionary<string, string> variables, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_options.Folder, "functions");
        await using (var publish = StackProgram.Start(
            "publish",
            [StackLayout.DotNet, "publish", Path.Combine("src", "CloudFunctions"), "--output", folder, "--nologo", "--verbosity", "quiet"],
            _layout.Root,
            new Dictionary<string, string>(),
            _log.For("publish")))
        {
            var exitCode = await publish.Exited.WaitAsync(cancellationToken);
            if (exitCode != 0)
            {
                throw new StackException($"'dotnet publish src/CloudFunctions' ended with {exitCode}; its output says why.");
            }
        }

        var host = new Dictionary<string, string>(variables);
        if (variables.TryGetValue(ConnectionVariable, out var connectionString))
        {
            host["AzureWebJobsStorage"] = connectionString;
        }

        var func = StackProgram.Start("func", ["func", "start", "--port", $"{_options.CloudPort}"], folder, host, _log.For("func"));
        // Core Tools that are not there are known at once.
        await Task.WhenAny(func.Exited, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken));
        if (func.Exited.IsCompleted && await func.Exited == CommandNotFound)
        {
            await func.DisposeAsync();
            throw new StackException(
                "'func' could not be started. Install Azure Functions Core Tools 4 and put 'func' on PATH, "
                + "or leave --func away: the cloud functions then pump the queues themselves.");
        }

        return func;
    }

    private static string Address(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
