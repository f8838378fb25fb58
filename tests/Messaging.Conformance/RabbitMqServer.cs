using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amqp;
using Amqp.Framing;

namespace Hybrid.Messaging.Conformance;

/// <summary>
/// A real RabbitMQ with its AMQP 1.0 plugin as a child process: node name, ports, data and configuration of its own, so that it disturbs no other
/// on the machine. It needs no service manager.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    /// <summary>The user every new RabbitMQ has; it may come in from this machine only.</summary>
    public const string User = "guest";

    /// <summary>Its password.</summary>
    public const string Password = "guest";

    /// <summary>What stands before a queue's name in its address.</summary>
    public const string AddressPrefix = "/amq/queue/";

    /// <summary>An address that makes a durable queue.</summary>
    private const string CreatingPrefix = "/queue/";

    private const string Started = "completed with";
    private static readonly string[] Scripts = ["/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server"];
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly string _script;
    private readonly string _folder = Directory.CreateTempSubdirectory("hybrid-rabbitmq-").FullName;
    private readonly string _node = $"hybrid-{Guid.NewGuid().ToString("n")[..12]}@localhost";
    private readonly int _distributionPort = FreePort();
    private readonly int _epmdPort = FreePort();
    private Process? _epmd;
    private Process? _process;

    private RabbitMqServer(string script) => _script = script;

    /// <summary>Where it listens, on this machine only.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Its process, for signals.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Starts one whose data are deleted in the end.</summary>
    /// <exception cref="FileNotFoundException">RabbitMQ is not installed; the message says how to.</exception>
    public static async Task<RabbitMqServer> StartTemporaryAsync(CancellationToken cancellationToken)
    {
        var script = Scripts.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("RabbitMQ is not installed; these tests run against it: apt-get install rabbitmq-server (Debian, Ubuntu).");
        var server = new RabbitMqServer(script);
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(server._folder, "rabbitmq.conf"),
                $"listeners.tcp.local = 127.0.0.1:{server.Port}\ndisk_free_limit.absolute = 1MB\nlog.file.level = warning\n",
                cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(server._folder, "enabled_plugins"), "[rabbitmq_amqp1_0].\n", cancellationToken);
            // Erlang starts its name server as a daemon where none is there; as a child of ours it ends with us.
            server._epmd = server.Launch("epmd", ["-port", $"{server._epmdPort}", "-address", "127.0.0.1"], null);
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it with the data it has; returns when it takes connections.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        _process = Launch(_script, [], line =>
        {
            lines.Enqueue(line);
            if (line.Contains(Started, StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        });
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"RabbitMQ has ended:\n{string.Join('\n', lines)}"));
        _process.EnableRaisingEvents = true;
        try
        {
            await ready.Task.WaitAsync(StartLimit, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new InvalidOperationException($"RabbitMQ did not come up:\n{string.Join('\n', lines)}", exception);
        }
    }

    /// <summary>Makes durable queues.</summary>
    public async Task AddQueuesAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory().CreateAsync(new Address("127.0.0.1", Port, User, Password, "/", "amqp"), cancellationToken);
        try
        {
            var session = new Session(connection);
            foreach (var name in names)
            {
                var attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var link = new SenderLink(session, name, new Target { Address = CreatingPrefix + name, Durable = 2 }, (_, _) => attached.TrySetResult());
                link.AddClosedCallback((_, error) => attached.TrySetException(new AmqpException(error ?? new Error(ErrorCode.DetachForced))));
                await attached.Task.WaitAsync(StopLimit, cancellationToken);
                await link.CloseAsync();
            }
        }
        finally
        {
            await connection.CloseAsync();
        }
    }

    /// <summary>Stops it in order.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{ProcessId}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(StopLimit);
        await _process!.WaitForExitAsync(limit.Token);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_epmd is { HasExited: false })
        {
            _epmd.Kill();
            await _epmd.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        _epmd?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Launch(string file, string[] arguments, Action<string>? onLine)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = _folder,
            ["RABBITMQ_NODENAME"] = _node,
            ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder, "none.conf"),
            ["ERL_EPMD_PORT"] = $"{_epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            // Two schedulers: it shares the machine with what is tested.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 2:2 +sbwt none",
        })
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => onLine?.Invoke(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => onLine?.Invoke(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
