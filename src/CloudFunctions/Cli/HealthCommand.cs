using System.CommandLine;

namespace Hybrid.CloudFunctions.Cli;

/// <summary><c>health</c>: whether a running instance is ready, by the exit code; for containers, which need no other program for it.</summary>
internal static class HealthCommand
{
    private const string Description =
        "Say whether cloud functions on this machine are ready: exit code 0 if they are, 1 if they are not.\n\n" +
        "  hybrid-cloud health\n" +
        "  hybrid-cloud health --url http://127.0.0.1:7072";

    /// <summary>Container engines give up after half a minute or less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(TextWriter output, TextWriter error)
    {
        var url = new Option<string>("--url") { Description = "Where they listen.", DefaultValueFactory = _ => ListenAddress.Default };
        url.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && ListenAddress.Parse(token.Value) is null)
            {
                result.AddError($"--url is '{token.Value}'; it must be an http address on this machine, as {ListenAddress.Default}.");
            }
        });
        var command = new Command("health", Description) { url };
        command.SetAction((result, cancellationToken) => AskAsync(new Uri(result.GetValue(url)!), output, error, cancellationToken));
        return command;
    }

    private static async Task<int> AskAsync(Uri address, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        string trouble;
        try
        {
            using var response = await http.GetAsync(new Uri(address, "/api/health"), cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                await output.WriteLineAsync("ready");
                return ExitCode.Success;
            }

            trouble = $"{address} answered {(int)response.StatusCode}: it is still starting, or is something else.";
        }
        catch (HttpRequestException exception)
        {
            trouble = $"{address} cannot be reached: {exception.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            trouble = $"{address} did not answer within {Patience.TotalSeconds:F0} seconds.";
        }

        await error.WriteLineAsync(trouble);
        return ExitCode.Failure;
    }
}
