using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Device;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>health</c>: whether a device is ready, by the exit code; for containers and monitors, which need no other program for it.</summary>
internal static class HealthCommand
{
    private const string Description = """
        Say whether a device is ready to take prompts: exit code 0 if it is, 1 if it is not. Finds the device of a data folder, or asks a given address.

          hybrid-edge health
          hybrid-edge health --data /var/lib/hybrid-edge
          hybrid-edge health --url http://127.0.0.1:8000
        """;

    /// <summary>Container engines and monitors give up after half a minute or less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(EdgeContext context)
    {
        var url = new Option<string?>("--url") { Description = "The device's address, instead of the one that runs on the data folder." };
        url.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && Parse(result.Tokens[0].Value) is null)
            {
                result.AddError($"--url is '{result.Tokens[0].Value}'; it must be an http or https address, as http://127.0.0.1:8000.");
            }
        });
        var command = new Command("health", Description) { url };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () => await AskAsync(context, Parse(parsed.GetValue(url)) ?? Owner(context.Configure(parsed)), cancellationToken), cancellationToken));
        return command;
    }

    private static Uri? Parse(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    private static Uri Owner(IConfiguration configuration)
    {
        var folder = Path.GetFullPath(EdgeContext.Settings(configuration).Journal.Folder);
        return OwnerRecord.Read(folder)?.Address ?? throw new CommandFailedException($"No device runs on {folder}, or it is still starting.");
    }

    private static async Task<int> AskAsync(EdgeContext context, Uri device, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var response = await http.GetAsync(new Uri(device, "/readyz"), cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                await context.Output.WriteLineAsync("ready");
                return ExitCode.Success;
            }

            var view = await response.Content.ReadFromJsonAsync(ApiJson.Default.ReadyView, cancellationToken);
            throw new CommandFailedException(view?.Trouble ?? $"The device at {device} answered {(int)response.StatusCode}.");
        }
        catch (JsonException)
        {
            throw new CommandFailedException($"What answers at {device} is no device.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"The device at {device} did not answer within {Patience.TotalSeconds:F0} seconds.");
        }
    }
}
