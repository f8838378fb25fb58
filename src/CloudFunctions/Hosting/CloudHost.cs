using System.Net;
using Hybrid.CloudFunctions.Api;
using Hybrid.CloudFunctions.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>Runs the program as a server: under the Functions host, or alone.</summary>
internal static class CloudHost
{
    /// <summary>Runs until told to stop.</summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="standalone">Whether the queues are pumped here; otherwise a Functions host does that.</param>
    /// <param name="output">Where it says that it listens.</param>
    /// <param name="error">Where failures are said.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        IConfiguration configuration, IPEndPoint address, bool standalone, TextWriter output, TextWriter error,
        CancellationToken cancellationToken)
    {
        if (await ReadAsync(configuration, standalone, error) is not { } settings)
        {
            return ExitCode.Usage;
        }

        await using var app = Build(configuration, settings, address, standalone);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            return await ReportAsync([$"{exception.Message} Choose another address with --urls."], ExitCode.Failure, error);
        }
        catch (OperationCanceledException)
        {
            // Told to stop before it was up: by a signal, or by the model's folder.
            return await EndAsync(app.Services, error);
        }

        var listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        await output.WriteLineAsync($"hybrid-cloud listens on {string.Join(", ", listening)}");
        await output.FlushAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return await EndAsync(app.Services, error);
    }

    /// <summary>Reads every setting; says what is wrong.</summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="standalone">Whether there is no Functions host whose settings must agree.</param>
    /// <param name="error">Where failures and warnings are said.</param>
    /// <returns>Null if anything is wrong.</returns>
    public static async Task<CloudSettings?> ReadAsync(IConfiguration configuration, bool standalone, TextWriter error)
    {
        var failures = new List<string>();
        var settings = CloudSettings.Read(configuration, failures);
        var warnings = new List<string>();
        if (!standalone)
        {
            TriggerCheck.Run(CloudConfiguration.Environment(), settings.Messaging, failures, warnings);
        }

        await ReportAsync(failures.Concat(warnings.Select(warning => $"warning: {warning}")), ExitCode.Success, error);
        return failures.Count == 0 ? settings : null;
    }

    /// <summary>Says what ended the host, if it was not told to stop.</summary>
    /// <param name="provider">The stopped host's services.</param>
    /// <param name="error">Where failures are said.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> EndAsync(IServiceProvider provider, TextWriter error)
    {
        var services = provider.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        if (services.OfType<ModelWatch>().Single().Failure is { } failure)
        {
            return await ReportAsync([failure], ExitCode.Usage, error);
        }

        // A faulted service stops the host, but the host would end as if all were well.
        var faults = services.Select(service => service.ExecuteTask?.Exception?.GetBaseException().ToString()).OfType<string>().ToList();
        return await ReportAsync(faults, faults.Count == 0 ? ExitCode.Success : ExitCode.Failure, error);
    }

    private static WebApplication Build(IConfiguration configuration, CloudSettings settings, IPEndPoint address, bool standalone)
    {
        // Empty, so that nothing of the environment decides where it listens: the Functions host hands ASPNETCORE_URLS down.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(address));
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning);
        // What stops the host is reported at its end, once.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        // Standard output is for results.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = QueuePump.Grace * 2);
        builder.Services.AddRouting().AddCloud(configuration, settings).AddHostedService<ModelWatch>();
        if (standalone)
        {
            builder.Services.AddHostedService<QueuePumps>().AddHostedService<ClaimSweeper>();
            // No web page may reach it under a name of its own that leads to this machine.
            builder.Services.AddHostFiltering(filter => filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        }

        var app = builder.Build();
        if (standalone)
        {
            app.UseHostFiltering();
        }

        // The Functions host asks here whether the handler is up.
        app.MapGet("/", context => context.Response.WriteAsync("hybrid-cloud"));
        app.Services.GetRequiredService<PromptApi>().Map(app);
        if (!standalone)
        {
            app.Services.GetRequiredService<CustomHandler>().Map(app);
        }

        return app;
    }

    private static async Task<int> ReportAsync(IEnumerable<string> failures, int code, TextWriter error)
    {
        foreach (var failure in failures)
        {
            await error.WriteLineAsync(failure);
        }

        return code;
    }
}
