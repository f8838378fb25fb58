using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.Inference;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Embeddings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.EdgeWorker.Tests;

/// <summary>
/// A device with everything real but its clock and its line to the cloud: the test says whether the queue can be reached, and answers in
/// the cloud's place.
/// </summary>
internal sealed class TestDevice : IAsyncDisposable
{
    public const string Id = "pump-7";

    private readonly WebApplication _application;
    private readonly LocalModels _models;

    private TestDevice(WebApplication application, PromptJournal journal, LocalModels models, FakeTimeProvider time, CapturedLog log)
    {
        _application = application;
        _models = models;
        Journal = journal;
        Time = time;
        Log = log;
    }

    public PromptJournal Journal { get; }

    public FakeTimeProvider Time { get; }

    public CapturedLog Log { get; }

    public HttpClient Http { get; } = new();

    /// <summary>What it answers.</summary>
    public IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints =>
        _application.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints;

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>Whether the model works on nothing.</summary>
    public bool IsIdle => _models.Status is { Active: 0, Queued: 0 };

    /// <summary>Whether somebody waits for a prompt.</summary>
    public bool IsAwaited(Guid id) => _application.Services.GetRequiredService<PromptBoard>().IsAwaited(id);

    public CloudLink Link => _application.Services.GetRequiredService<CloudLink>();

    /// <summary>Starts one.</summary>
    /// <param name="folder">Its data folder.</param>
    /// <param name="model">Its model folder; null for none.</param>
    /// <param name="routing">Its routing.</param>
    /// <param name="pipeline">How it works.</param>
    /// <param name="works">Whether accepted prompts are worked on.</param>
    /// <param name="time">Its clock, to go on after a restart.</param>
    /// <param name="limits">What its journal may hold.</param>
    /// <param name="api">Who may call it, and how much at once.</param>
    /// <param name="door">Where it believes it listens; the socket is on this machine in any case.</param>
    /// <param name="embeddings">Its embedding model's folder; null for none.</param>
    public static async Task<TestDevice> StartAsync(
        string folder,
        string? model = null,
        RoutingOptions? routing = null,
        PipelineOptions? pipeline = null,
        bool works = true,
        FakeTimeProvider? time = null,
        JournalOptions? limits = null,
        ApiOptions? api = null,
        Door? door = null,
        string? embeddings = null)
    {
        api ??= new ApiOptions();
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 30, 0, TimeSpan.Zero));
        var owned = DataFolder.TryOwn(folder)!;
        var options = limits ?? new JournalOptions();
        var journal = PromptJournal.Open(folder, epoch => new JournalEvents(Id, epoch, publishText: false), options, time);
        var models = LocalModels.Load(
            model is null ? null : new LocalModelOptions { Path = model, Threads = 1, Spinning = SpinningMode.Off, KvBudgetBytes = 64 << 20 },
            embeddings is null ? null : new LocalEmbeddingOptions { Path = embeddings, Threads = 1 },
            ModelBackend.OnnxRuntime, TimeProvider.System, TestContext.Current.CancellationToken);
        var log = new CapturedLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => ServerLimits.Apply(kestrel, api));
        builder.Services.AddSingleton<TimeProvider>(time);
        // By a factory, so that the container gives the folder back.
        builder.Services.AddSingleton(_ => owned);
        builder.Services.AddSingleton(api);
        builder.Services.AddSingleton(door ?? Door.Local);
        builder.Services.AddSingleton(api.Intake);
        builder.Services.AddJournal(options, journal, loops: false);
        builder.Services.AddSingleton(models);
        builder.Services.AddRouting(routing ?? new RoutingOptions());
        builder.Services.AddPipeline(pipeline ?? new PipelineOptions(), works);
        builder.Services.AddApi();
        var application = builder.Build();
        application.MapApi();
        _ = application.Services.GetRequiredService<DataFolder>();
        var device = new TestDevice(application, journal, models, time, log);
        await application.StartAsync(TestContext.Current.CancellationToken);
        device.Http.BaseAddress = new Uri(
            application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return device;
    }

    /// <summary>Hands in a prompt.</summary>
    public async Task<PromptView> PostAsync(PromptBody body)
    {
        using var response = await Http.PostAsJsonAsync(
            "hybrid/prompts", body, ApiJson.Default.PromptBody, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await response.Content.ReadFromJsonAsync(ApiJson.Default.PromptView, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Hands in a prompt and reads its events until the stream ends or the reader stops.</summary>
    public async IAsyncEnumerable<(string Name, JsonElement Data)> StreamAsync(
        PromptBody body, string? key = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts");
        request.Content = JsonContent.Create(body, ApiJson.Default.PromptBody);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(EventStream.ContentType));
        if (key is not null)
        {
            request.Headers.Add(PromptApi.IdempotencyHeader, key);
        }

        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(content).EnumerateAsync(cancellationToken))
        {
            yield return (item.EventType, JsonDocument.Parse(item.Data).RootElement);
        }
    }

    /// <summary>Waits, the clock standing still, until a prompt has its outcome.</summary>
    public async Task<PromptRecord> SettledAsync(Guid id)
    {
        await Eventually.HoldsAsync(() => Journal.Find(id)!.IsFinal);
        return Journal.Find(id)!;
    }

    /// <summary>Waits until a prompt has escalated.</summary>
    public async Task<PromptRecord> EscalatedAsync(Guid id)
    {
        await Eventually.HoldsAsync(() => Journal.Find(id)!.State == Contracts.PromptState.Escalated);
        return Journal.Find(id)!;
    }

    /// <summary>Tells it to stop, as a signal does.</summary>
    public Task StopAsync() => _application.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _models.Dispose();
        Journal.Dispose();
    }
}
