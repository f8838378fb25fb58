using System.CommandLine;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>serve</c>: runs the device until it is stopped.</summary>
internal sealed class ServeCommand(EdgeContext context)
{
    private const string Description = """
        Run the device: take prompts over HTTP, answer them, talk to the cloud. What hybrid-edge does without a command.

          hybrid-edge serve
          hybrid-edge serve --url http://127.0.0.1:8000 --data /var/lib/hybrid
          hybrid-edge serve --mode CloudFirst
        """;

    public Option<string?> Url { get; } = new("--url") { Description = "Where to listen, on this machine only (Api:Url, default http://127.0.0.1:8000).", Recursive = true };

    public Command Create()
    {
        var command = new Command("serve", Description);
        command.SetAction(RunAsync);
        return command;
    }

    public Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => context.GuardAsync(
        async () =>
        {
            var configuration = context.Configure(parsed, ($"{ApiOptions.SectionName}:{nameof(ApiOptions.Url)}", parsed.GetValue(Url)));
            var settings = EdgeContext.Settings(configuration);
            if (DataFolder.TryOwn(settings.Journal.Folder) is not { } folder)
            {
                var owner = OwnerRecord.Read(Path.GetFullPath(settings.Journal.Folder)) is { } record
                    ? $" (id {record.ProcessId}, {record.Address?.ToString() ?? "still starting"})"
                    : "";
                throw new CommandFailedException(
                    $"Another process{owner} serves {Path.GetFullPath(settings.Journal.Folder)}. "
                    + "Stop it, or choose another folder with --data.");
            }

            await using var host = await StartAsync(configuration, settings, folder, cancellationToken);
            await context.Error.WriteLineAsync($"{host.DeviceId} listens on {host.Address}");
            return await host.RunAsync(cancellationToken) ? ExitCode.Success : ExitCode.Failure;
        },
        cancellationToken);

    private static async Task<EdgeHost> StartAsync(
        IConfiguration configuration, EdgeSettings settings, DataFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return await EdgeHost.StartAsync(configuration, settings, folder, settings.Api.Url, HostPurpose.Serve, cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new CommandFailedException(
                $"{settings.Api.Url} is in use by another program. Stop it, or choose another address with --url or {ApiOptions.SectionName}:{nameof(ApiOptions.Url)}.");
        }
    }
}
