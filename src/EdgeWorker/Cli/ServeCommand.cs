using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
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

    public Option<string?> Url { get; } = new("--url") { Description = "Where to listen (Api:Url, default http://127.0.0.1:8000); beyond this machine only with an API key.", Recursive = true };

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

            EnsureKey(settings, folder);
            foreach (var key in KnownSettings.Misspelt(configuration))
            {
                await context.Error.WriteLineAsync(KnownSettings.Say(key));
            }

            await using var host = await StartAsync(configuration, settings, folder, cancellationToken);
            await context.Error.WriteLineAsync($"{host.DeviceId} listens on {string.Join(", ", host.Addresses)}");
            return await host.RunAsync(cancellationToken) ? ExitCode.Success : ExitCode.Failure;
        },
        cancellationToken);

    private static void EnsureKey(EdgeSettings settings, DataFolder folder)
    {
        try
        {
            if (DoorReader.Refusal(settings.Door, new KeyFile(folder.Path).Read(), folder.Path) is { } refusal)
            {
                throw new SettingsException([refusal]);
            }
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

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
                $"{Listens(settings)} is in use by another program. Stop it, or choose another address with --url or {ApiOptions.SectionName}:{nameof(ApiOptions.Url)}.");
        }
        catch (SocketException exception)
        {
            throw new CommandFailedException(
                $"{Listens(settings)} cannot be listened on: {exception.Message}. Choose an address of this machine, and a port above 1023 or the right to use it ({settings.Door.Source}).");
        }
        catch (Exception exception) when (settings.Door.IsTls && exception is CryptographicException or InvalidOperationException)
        {
            throw new UsageException($"The certificate for {Listens(settings)} cannot be used: {exception.Message} See {DoorReader.KestrelSection}:Certificates and docs/security.md.");
        }
    }

    private static string Listens(EdgeSettings settings) => string.Join(", ", settings.Door.Addresses.Select(address => address.OriginalString));
}
