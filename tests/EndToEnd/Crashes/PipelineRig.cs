using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Hybrid.Contracts.Crashes;
using Hybrid.EndToEnd.Check;
using Hybrid.FakeModelServer;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>
/// A device, a cloud and a large model with a storage account of their own, whose every call and every word to a caller is written down for
/// the checker. Either program may die and be started again under the callers.
/// </summary>
internal sealed class PipelineRig : IAsyncDisposable
{
    public const string DeviceId = "device";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(300);

    private readonly Scenario _scenario;
    private readonly string _programsConnection;
    private readonly AmqpQueues? _amqp;
    private readonly ConcurrentQueue<CallerNote> _notes = new();
    private readonly ConcurrentQueue<ModelCall> _calls = new();
    private readonly ConcurrentBag<RunningProgram> _programs = [];
    private ModelEndpoint? _model;

    private PipelineRig(Scenario scenario, string connection, string programs, AmqpQueues? amqp)
    {
        _amqp = amqp;
        _scenario = scenario;
        Connection = connection;
        _programsConnection = programs;
    }

    /// <summary>The storage account.</summary>
    public string Connection { get; }

    /// <summary>The folder of this run.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("hybrid-run-").FullName;

    /// <summary>Without a proxy and without a limit of its own; who leaves hangs up at once, without hearing the rest out.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The device that runs, or ran last.</summary>
    public RunningProgram? Edge { get; private set; }

    /// <summary>The cloud that runs, or ran last.</summary>
    public RunningProgram? Cloud { get; private set; }

    /// <summary>What the programs printed, for a failure's message.</summary>
    public string Log => string.Join("\n---\n", _programs.Select(program => program.Log));

    /// <summary>Whether the large model refuses every call.</summary>
    public bool ModelIsAway { get; set; }

    /// <summary>What the large model answered, in order, by the prompts' texts.</summary>
    public IEnumerable<string> CallTexts => _calls.Where(call => call.Paid).Select(call => call.Text);

    /// <param name="scenario">What happens in the run.</param>
    /// <param name="connection">The storage account.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="programs">How the programs reach the account, if not as everybody.</param>
    /// <param name="amqp">The broker that carries the messages, if not the account; owned.</param>
    public static async Task<PipelineRig> CreateAsync(
        Scenario scenario, string connection, CancellationToken cancellationToken, string? programs = null, AmqpQueues? amqp = null)
    {
        var rig = new PipelineRig(scenario, connection, programs ?? connection, amqp) { _model = await ModelEndpoint.StartAsync(cancellationToken) };
        rig._model.Reply = rig.Reply;
        await scenario.PrepareAsync(rig, cancellationToken);
        return rig;
    }

    /// <summary>Puts a text on a queue, as somebody else might.</summary>
    public Task PutAsync(string queue, string text, int failed, CancellationToken cancellationToken) =>
        _amqp?.PutAsync(queue, text, failed) ?? Scenarios.PutInStorageAsync(Connection, queue, text, failed, cancellationToken);

    public void Note(CallerNote note) => _notes.Enqueue(note);

    /// <summary>Starts the device, which may die at a point before it listens.</summary>
    public async Task<RunningProgram> StartEdgeAsync(string? crashAt)
    {
        var program = RunningProgram.Launch(
            "EdgeWorker", "hybrid-edge.dll", ["serve", "--url", "http://127.0.0.1:0", "--data", Path.Combine(Folder, DeviceId)],
            Variables(
                crashAt,
                [
                    ("Device:Id", DeviceId), ("Journal:RetryDelay", "00:00:00.1"), ("Journal:MaxRetryDelay", "00:00:00.5"), ("Journal:IdlePoll", "00:00:00.2"),
                    ("Pipeline:SweepInterval", "00:00:00.1"), ("Pipeline:LinkPatience", "00:00:30"), ("Routing:ConfidenceThreshold", "1"), ("Models:Threads", "1"),
                    ("Models:Spinning", "Off"), .. _scenario.Edge,
                ]));
        _programs.Add(program);
        Edge = await ListensAsync(program, crashAt) ? program : Edge;
        return program;
    }

    /// <summary>Starts the cloud. It handles one escalation at a time, so that exactly one call can be in flight when it dies.</summary>
    public async Task<RunningProgram> StartCloudAsync(string? crashAt)
    {
        var variables = Variables(
            crashAt,
            [
                ("Model:Provider", "OpenAI"), ("Model:Endpoint", _model!.OpenAIEndpoint.ToString()), ("Model:Model", "fake-large"), ("Model:ApiKey", "test"),
                ("Prices:fake-large:InputPerMillion", "1"), ("Prices:fake-large:OutputPerMillion", "2"), ("Prices:fake-large:Currency", "USD"),
                ("Lease:Duration", "00:00:15"),
            ]);
        foreach (var (key, value) in new[] { ("visibilityTimeout", "00:00:01"), ("batchSize", "1"), ("newBatchThreshold", "0") }.Concat(_scenario.Queues))
        {
            variables[$"AzureFunctionsJobHost__extensions__queues__{key}"] = value;
        }

        // The same for the pump where another transport has a value of its own.
        variables["AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls"] = "1";

        var program = RunningProgram.Launch("CloudFunctions", "hybrid-cloud.dll", ["--standalone", "--urls", "http://127.0.0.1:0"], variables);
        _programs.Add(program);
        Cloud = await ListensAsync(program, crashAt) ? program : Cloud;
        return program;
    }

    /// <summary>Waits until nothing is on its way any more.</summary>
    /// <exception cref="CrashRunException">Something still was at the limit; the message says what.</exception>
    public async Task DrainsAsync(Allowance allowed, TimeSpan limit, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await OnItsWayAsync(allowed, cancellationToken) is { } rest)
        {
            if (Stopwatch.GetElapsedTime(begun) > limit)
            {
                throw new CrashRunException($"After {limit}, {rest}.\n{Log}");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Stops everything and judges what it left behind.</summary>
    public async Task<Verdict> JudgeAsync(Allowance allowed, CancellationToken cancellationToken)
    {
        foreach (var program in _programs)
        {
            await program.KillAsync();
        }

        var storage = await StorageSnapshot.CaptureAsync(Connection, withContents: true, cancellationToken);
        CheckFiles.Write(Path.Combine(Folder, RunFolder.Storage), _amqp is null ? storage : storage with { Queues = await _amqp.CountAsync() });
        CheckFiles.WriteLines(Path.Combine(Folder, RunFolder.Calls), _calls);
        CheckFiles.WriteLines(Path.Combine(Folder, RunFolder.Callers), _notes);
        CheckFiles.Write(Path.Combine(Folder, RunFolder.Allowed), allowed);
        return DurabilityCheck.Run(Folder);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        if (_model is not null)
        {
            await _model.DisposeAsync();
        }

        if (_amqp is not null)
        {
            await _amqp.DisposeAsync();
        }

        Http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<bool> ListensAsync(RunningProgram program, string? crashAt)
    {
        try
        {
            await program.ListensAsync();
            return true;
        }
        catch (InvalidOperationException) when (crashAt is not null)
        {
            // Whoever wanted it dead looks at how it ended.
            return false;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"A program did not come up again:\n{program.Log}", exception);
        }
    }

    private Dictionary<string, string> Variables(string? crashAt, IEnumerable<(string Key, string Value)> settings)
    {
        var variables = settings.Append(("Messaging:ConnectionString", _programsConnection)).Concat(_amqp?.Settings ?? []).GroupBy(setting => setting.Item1)
            .ToDictionary(group => $"HYBRID__{group.Key.Replace(":", "__", StringComparison.Ordinal)}", group => group.Last().Item2);
        // Programs that live for seconds never earn back what compiling their code a second time costs.
        variables["DOTNET_TieredPGO"] = "0";
        variables["DOTNET_TC_CallCountThreshold"] = "1000";
        if (crashAt is not null)
        {
            variables[CrashPoint.Variable] = crashAt;
        }

        return variables;
    }

    /// <summary>What is still on its way; null if nothing is.</summary>
    /// <remarks>
    /// The places are looked at in the order in which things pass them. Everybody puts a thing into the next place before taking it from the
    /// last, and no caller asks anything any more; so a place that is found empty after those before it stays empty, and nothing can slip past.
    /// </remarks>
    private async Task<string?> OnItsWayAsync(Allowance allowed, CancellationToken cancellationToken) =>
        await InOutboxAsync(cancellationToken)
        ?? await InQueueAsync("escalations", cancellationToken)
        ?? await InQueueAsync("escalations-poison", cancellationToken)
        ?? await InQueueAsync($"answers-{DeviceId}", cancellationToken)
        ?? await InOutboxAsync(cancellationToken)
        ?? await InQueueAsync("results", cancellationToken)
        ?? await InBlobsAsync(allowed, cancellationToken);

    private async Task<string?> InOutboxAsync(CancellationToken cancellationToken)
    {
        try
        {
            var status = JsonElement.Parse(await Http.GetStringAsync(new Uri(Edge!.Address, "hybrid/status"), cancellationToken));
            return status.GetProperty("outbox").GetArrayLength() == 0 ? null : $"the outbox holds {status.GetProperty("outbox").GetRawText()}";
        }
        catch (HttpRequestException exception)
        {
            return $"the device does not say: {exception.Message}";
        }
    }

    private async Task<string?> InQueueAsync(string name, CancellationToken cancellationToken)
    {
        if (_amqp is not null)
        {
            var found = (await _amqp.CountAsync()).SingleOrDefault(stored => stored.Name == name);
            return found is { Messages: > 0 } ? $"{name} holds {found.Messages}" : null;
        }

        var queue = new QueueClient(Connection, name, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05));
        try
        {
            // Those under a lock count as well.
            var messages = (await queue.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
            return messages == 0 ? null : $"{name} holds {messages}";
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    private async Task<string?> InBlobsAsync(Allowance allowed, CancellationToken cancellationToken)
    {
        var storage = await StorageSnapshot.CaptureAsync(Connection, withContents: false, cancellationToken);
        return allowed.LeftOver(storage.Blobs).FirstOrDefault() is { } blob ? $"there is {blob.Container}/{blob.Name}" : null;
    }

    private FakeModelReply Reply(FakeModelCall call)
    {
        var text = JournalFile.LastUserMessage(JsonElement.Parse(call.Body).GetProperty("messages").GetRawText());
        var reply = ModelIsAway
            ? FakeModelReply.Error(503, "server_error")
            : _scenario.Reply(text, call.Number, _calls.Count(earlier => earlier.Text == text) + 1);
        _calls.Enqueue(new ModelCall(call.Number, text, reply.Status == 200 && reply.Action is FakeModelAction.Answer or FakeModelAction.CutMidway));
        return reply;
    }
}
