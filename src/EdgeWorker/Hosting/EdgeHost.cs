using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.Inference;
using Hybrid.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hybrid.EdgeWorker.Hosting;

/// <summary>Everything a running device has: journal, model, loops and HTTP API, started and stopped together.</summary>
internal sealed partial class EdgeHost : IAsyncDisposable
{
    private const string OwnWayIn = "http://127.0.0.1:0";
    private const string ServiceName = "hybrid-edge";

    // sd_notify(3).
    private const string NotifySocket = "NOTIFY_SOCKET";

    private readonly WebApplication _application;
    private readonly DataFolder _folder;

    private EdgeHost(WebApplication application, DataFolder folder)
    {
        _application = application;
        _folder = folder;
    }

    /// <summary>Where callers reach it, one address or several.</summary>
    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    /// <summary>Where this device's own commands reach it: plain HTTP on this machine.</summary>
    public Uri Address { get; private set; } = null!;

    public string Token => _folder.Token;

    public LocalModels Models => _application.Services.GetRequiredService<LocalModels>();

    public string DeviceId => _application.Services.GetRequiredService<PromptJournal>().DeviceId;

    /// <summary>Starts a device on a folder it owns from now on.</summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="settings">The same, checked.</param>
    /// <param name="folder">The data folder; disposed with the host.</param>
    /// <param name="url">Where to listen, unless it serves and has Kestrel's own endpoints.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="JournalException">The journal cannot be opened.</exception>
    /// <exception cref="SettingsException">A model folder is not there.</exception>
    /// <exception cref="Inference.Folders.ModelFolderException">The model cannot be loaded.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The messaging settings are wrong.</exception>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<EdgeHost> StartAsync(
        IConfiguration configuration, EdgeSettings settings, DataFolder folder, string url, HostPurpose purpose, CancellationToken cancellationToken)
    {
        PromptJournal? journal = null;
        LocalModels? models = null;
        WebApplication? application = null;
        var begun = false;
        try
        {
            var (chats, embeds) = (purpose != HostPurpose.Look && settings.Routing.Mode != RouteMode.CloudOnly, purpose == HostPurpose.Serve);
            // A service that ends with the code of wrong settings is not restarted again and again.
            if (purpose == HostPurpose.Serve && ModelsOptionsReader.Missing(settings.Models, chats, embeds) is { Count: > 0 } missing)
            {
                throw new SettingsException(missing);
            }

            var device = folder.DeviceId(settings.Device.Id);
            journal = PromptJournal.Open(
                folder.Path, epoch => new JournalEvents(device, epoch, settings.Pipeline.PublishText), settings.Journal, TimeProvider.System);
            models = purpose == HostPurpose.Look
                ? LocalModels.None()
                : LocalModels.Load(
                    chats ? Batched(ModelsOptionsReader.ToLocal(settings.Models), settings.Pipeline) : null,
                    embeds ? ModelsOptionsReader.ToEmbedding(settings.Models) : null,
                    settings.Models.Backend,
                    TimeProvider.System,
                    cancellationToken);
            // What goes wrong before the device runs is the caller's to report, not the host's to log with a stack trace.
            var logs = false;
            application = Compose(configuration, settings, folder, url, purpose, journal, models, () => logs);
            _ = application.Services.GetRequiredService<IOptions<MessagingOptions>>().Value;
            begun = true;
            var host = new EdgeHost(application, folder);
            await application.StartAsync(cancellationToken);
            logs = true;
            host.Listens(DoorOf(settings, purpose));
            folder.Announce(host.Address);
            return host;
        }
        catch
        {
            // The loops run before the door opens; they end before what they use is closed.
            if (begun)
            {
                await application!.StopAsync(CancellationToken.None);
            }

            if (application is not null)
            {
                await application.DisposeAsync();
            }

            models?.Dispose();
            journal?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>What is worked on at once also decodes at once: else those that came first would be finished before others begin.</summary>
    private static LocalModelOptions Batched(LocalModelOptions model, PipelineOptions pipeline)
    {
        var atOnce = pipeline.InteractiveConcurrency + pipeline.BatchConcurrency;
        return model with
        {
            MaxBatch = Math.Clamp(atOnce, model.MaxBatch, LocalModelOptions.MostBatch),
            // Where memory admits fewer, all others wait in the model's line, half of which is open to chores.
            MaxQueued = Math.Max(model.MaxQueued, 2 * atOnce),
        };
    }

    /// <summary>Waits until it is told to stop, or until one of its loops has failed.</summary>
    /// <returns>Whether every loop ended well.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var feeding = FeedAsync();
        await _application.WaitForShutdownAsync(cancellationToken);
        await feeding;
        return !_application.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(loop => loop.ExecuteTask is { IsFaulted: true });
    }

    /// <summary>Where systemd watches the process, it is told that the device is alive, until the device stops.</summary>
    private Task FeedAsync()
    {
        var services = _application.Services;
        return services.GetService<ISystemdNotifier>() is { IsEnabled: true } notifier && Watchdog.Limit(Environment.GetEnvironmentVariable) is { } limit
            ? new Watchdog(
                notifier, limit, services.GetRequiredService<PromptJournal>().ProbeAsync, [.. services.GetServices<IHostedService>()],
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<Watchdog>>())
                .FeedAsync(_application.Lifetime.ApplicationStopping)
            : Task.CompletedTask;
    }

    private static Door DoorOf(EdgeSettings settings, HostPurpose purpose) => purpose == HostPurpose.Serve ? settings.Door : Door.Local;

    private void Listens(Door door)
    {
        var all = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address)).ToList();
        Address = all.First(address => address.Scheme == Uri.UriSchemeHttp && Door.IsLoopback(address.Host));
        Addresses = [.. all.Where(address => !door.NeedsOwnWayIn || address != Address)];
        foreach (var address in door.Clear)
        {
            LogClear(_application.Logger, address);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        _folder.Dispose();
    }

    private static WebApplication Compose(
        IConfiguration configuration,
        EdgeSettings settings,
        DataFolder folder,
        string url,
        HostPurpose purpose,
        PromptJournal journal,
        LocalModels models,
        Func<bool> hostLogs)
    {
        var (quiet, loops) = (purpose != HostPurpose.Serve, purpose != HostPurpose.Look);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.ClearProviders();
        // Results belong to standard output; whatever is logged goes beside it.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(quiet ? LogLevel.Error : LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", level => !quiet && hostLogs() && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Azure", LogLevel.Warning);
        if (purpose == HostPurpose.Serve)
        {
            ServeManager(builder);
        }

        var door = DoorOf(settings, purpose);
        Listen(builder.WebHost, configuration, settings, door, url, purpose);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(folder);
        builder.Services.AddSingleton(settings.Api);
        builder.Services.AddSingleton(door);
        builder.Services.AddSingleton(settings.Api.Intake);
        builder.Services.AddMessaging(configuration);
        builder.Services.AddJournal(settings.Journal, journal, loops);
        builder.Services.AddSingleton(models);
        builder.Services.AddRouting(settings.Routing);
        builder.Services.AddPipeline(settings.Pipeline, loops);
        builder.Services.AddApi();
        var application = builder.Build();
        application.MapApi();
        return application;
    }

    /// <summary>Has the service manager told when the device is ready and when it stops. Does nothing where none has started it.</summary>
    private static void ServeManager(WebApplicationBuilder builder)
    {
        // Not AddSystemd: it goes by the name of the parent process, which a service that sees its own processes only (ProtectProc) cannot read.
        if (Environment.GetEnvironmentVariable(NotifySocket) is { Length: > 0 })
        {
            builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
            builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
            builder.Logging.AddSystemdConsole();
        }

        builder.Services.AddWindowsService(service => service.ServiceName = ServiceName);
    }

    private static void Listen(
        IWebHostBuilder host, IConfiguration configuration, EdgeSettings settings, Door door, string url, HostPurpose purpose)
    {
        // Certificates, and where it serves its endpoints, are Kestrel's own settings; a command's passing device knows neither.
        var kestrelSection = configuration.GetSection(DoorReader.KestrelSection);
        var serves = purpose == HostPurpose.Serve;
        var endpoints = serves && kestrelSection.GetSection("Endpoints").GetChildren().Any();
        host.UseKestrelHttpsConfiguration();
        host.ConfigureKestrel(kestrel =>
        {
            ServerLimits.Apply(kestrel, settings.Api);
            if (serves)
            {
                kestrel.Configure(kestrelSection);
            }
            else
            {
                kestrel.Configure();
            }

            if (endpoints && door.NeedsOwnWayIn)
            {
                kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            }
        });
        if (!endpoints)
        {
            host.UseUrls(serves && door.NeedsOwnWayIn ? [url, OwnWayIn] : [url]);
        }
    }

    [LoggerMessage(1003, LogLevel.Warning, "Whoever is on the network reads what goes over {Address}: keys, prompts and answers. Listen by https; see docs/security.md.")]
    private static partial void LogClear(ILogger logger, Uri address);
}
