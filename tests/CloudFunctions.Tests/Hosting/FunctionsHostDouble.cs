using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>
/// Does what the Azure Functions host was seen to do with a custom handler: reads host.json and function.json files, starts the handler,
/// polls the queues, posts messages encoded twice, counts attempts, poisons, and kills what takes too long.
/// </summary>
internal sealed class FunctionsHostDouble : IAsyncDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(string Function, AttemptEnd End)> _ends = Channel.CreateUnbounded<(string Function, AttemptEnd End)>();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly List<Task> _loops = [];
    private readonly JsonNode _host;
    private readonly Dictionary<string, string?> _environment;
    private readonly string _connectionString;
    private readonly TimeSpan _functionTimeout;
    private readonly TimeSpan _visibilityTimeout;
    private readonly string _folder;

    private FunctionsHostDouble(
        string folder, JsonNode host, string connectionString, Dictionary<string, string?> environment, TimeSpan functionTimeout,
        TimeSpan visibilityTimeout)
    {
        _folder = folder;
        _host = host;
        _connectionString = connectionString;
        _environment = environment;
        _functionTimeout = functionTimeout;
        _visibilityTimeout = visibilityTimeout;
    }

    /// <summary>The handler's address; HTTP functions are forwarded as they come.</summary>
    public HttpClient Http { get; } = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The handler.</summary>
    public CloudProcess Handler { get; private set; } = null!;

    /// <summary>How often the handler was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Starts the host and the handler.</summary>
    /// <param name="connectionString">Becomes <c>AzureWebJobsStorage</c>.</param>
    /// <param name="settings">App settings.</param>
    /// <param name="functionTimeout">Instead of host.json's.</param>
    /// <param name="visibilityTimeout">Instead of host.json's, which would make tests slow.</param>
    /// <param name="folder">The app's folder; the one of this build without it.</param>
    public static async Task<FunctionsHostDouble> StartAsync(
        string connectionString, Dictionary<string, string?> settings, TimeSpan? functionTimeout = null, TimeSpan? visibilityTimeout = null,
        string? folder = null)
    {
        folder ??= AppContext.BaseDirectory;
        var host = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "host.json")))!;
        Assert.True((bool?)host["customHandler"]?["enableForwardingHttpRequest"]);
        Assert.Equal("base64", (string?)host["extensions"]!["queues"]!["messageEncoding"]);
        var environment = new Dictionary<string, string?>(settings)
        {
            ["AzureWebJobsStorage"] = connectionString,
            ["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = Guid.NewGuid().ToString(),
            ["FUNCTIONS_APP_ROOT_PATH"] = folder,
            // The handler inherits it, and must not follow it.
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:1",
        };
        var queues = host["extensions"]!["queues"]!;
        var started = new FunctionsHostDouble(
            folder,
            host,
            connectionString,
            environment,
            functionTimeout ?? TimeSpan.Parse((string)host["functionTimeout"]!, System.Globalization.CultureInfo.InvariantCulture),
            visibilityTimeout ?? TimeSpan.Parse((string)queues["visibilityTimeout"]!, System.Globalization.CultureInfo.InvariantCulture));
        await started.EnsureHandlerAsync();
        foreach (var file in Directory.EnumerateFiles(folder, "function.json", SearchOption.AllDirectories))
        {
            var binding = JsonNode.Parse(await File.ReadAllTextAsync(file))!["bindings"]![0]!;
            if ((string?)binding["type"] == "queueTrigger")
            {
                Assert.Equal("AzureWebJobsStorage", (string?)binding["connection"]);
                started._loops.Add(started.PumpAsync(
                    new DirectoryInfo(file).Parent!.Name, (string)binding["name"]!, (string)binding["queueName"]!, started._stop.Token));
            }
        }

        return started;
    }

    /// <summary>Waits until an attempt at a function ends in a certain way.</summary>
    public async Task WaitForAsync(string function, AttemptEnd end)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        await foreach (var seen in _ends.Reader.ReadAllAsync(limit.Token))
        {
            if (seen == (function, end))
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var loop in _loops)
        {
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // As after the host's own end by SIGTERM: the handler is killed without grace.
        await Handler.DisposeAsync();
        Http.Dispose();
        _starting.Dispose();
        _stop.Dispose();
    }

    private async Task EnsureHandlerAsync()
    {
        var description = _host["customHandler"]!["description"]!;
        var port = FreePort();
        _environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // As the host does: in the app's folder if it is there, else a command.
        var program = (string)description["defaultExecutablePath"]!;
        var own = Path.Combine(_folder, program);
        Handler = CloudProcess.Start(
            File.Exists(own) ? own : program, description["arguments"]!.AsArray().Select(argument => (string)argument!), _environment, _folder);
        Starts++;
        Assert.Equal(port, (await Handler.ListensAsync()).Port);
        Port = port;
        using var ready = await Http.GetAsync(Address("/"));
    }

    private int Port { get; set; }

    /// <summary>An address of the handler.</summary>
    public Uri Address(string path) => new($"http://127.0.0.1:{Port}{path}");

    private async Task PumpAsync(string function, string binding, string queueName, CancellationToken stop)
    {
        var options = new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05)
        {
            MessageEncoding = QueueMessageEncoding.Base64,
        };
        var queue = new QueueClient(_connectionString, queueName, options);
        var poison = queueName.EndsWith("-poison", StringComparison.Ordinal)
            ? null
            : new QueueClient(_connectionString, $"{queueName}-poison", options);
        while (!stop.IsCancellationRequested)
        {
            QueueMessage[] messages = [];
            try
            {
                messages = (await queue.ReceiveMessagesAsync(8, Lease, stop)).Value;
            }
            catch (RequestFailedException exception) when (exception.Status == 404)
            {
                // The host polls on quietly.
            }

            await Task.WhenAll(messages.Select(message => HandleAsync(function, binding, queue, poison, message, stop)));
            if (messages.Length == 0)
            {
                await Task.Delay(Poll, TimeProvider.System, stop);
            }
        }
    }

    private async Task HandleAsync(
        string function, string binding, QueueClient queue, QueueClient? poison, QueueMessage message, CancellationToken stop)
    {
        var end = await InvokeAsync(function, binding, message, stop);
        if (end == AttemptEnd.Succeeded)
        {
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, stop);
        }
        else if (poison is not null && message.DequeueCount >= (int)_host["extensions"]!["queues"]!["maxDequeueCount"]!)
        {
            await poison.CreateIfNotExistsAsync(cancellationToken: stop);
            await poison.SendMessageAsync(message.MessageText, stop);
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, stop);
            end = AttemptEnd.Poisoned;
        }
        else if (poison is not null)
        {
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.MessageText, _visibilityTimeout, stop);
        }

        _ends.Writer.TryWrite((function, end));
    }

    private async Task<AttemptEnd> InvokeAsync(string function, string binding, QueueMessage message, CancellationToken stop)
    {
        // As recorded: the text as JSON in JSON, counts as texts, ids quoted twice, and the message's own properties over the host's.
        var metadata = new JsonObject
        {
            ["DequeueCount"] = $"{message.DequeueCount}",
            ["Id"] = $"\"{message.MessageId}\"",
            ["PopReceipt"] = $"\"{message.PopReceipt}\"",
            ["sys"] = new JsonObject { ["MethodName"] = function },
        };
        var request = new JsonObject
        {
            ["Data"] = new JsonObject { [binding] = JsonSerializer.Serialize(message.MessageText) },
            ["Metadata"] = metadata,
        };
        using var timeout = new CancellationTokenSource(_functionTimeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await Http.PostAsync(Address($"/{function}"), content, either.Token);
            var body = await response.Content.ReadAsStringAsync(either.Token);
            return response.IsSuccessStatusCode && JsonNode.Parse(body) is JsonObject answer && answer.ContainsKey("Outputs")
                ? AttemptEnd.Succeeded
                : AttemptEnd.Failed;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            await Handler.KillAsync();
            await RestartAsync(stop);
            return AttemptEnd.TimedOut;
        }
        catch (HttpRequestException)
        {
            await RestartAsync(stop);
            return AttemptEnd.Failed;
        }
    }

    private async Task RestartAsync(CancellationToken stop)
    {
        await _starting.WaitAsync(stop);
        try
        {
            using var alive = new HttpClient();
            try
            {
                using var answer = await alive.GetAsync(Address("/"), stop);
            }
            catch (HttpRequestException)
            {
                await Handler.EndedAsync(stop);
                await Handler.DisposeAsync();
                await EnsureHandlerAsync();
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
