using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Net;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;

namespace Hybrid.CloudFunctions.Cli;

/// <summary>The command line of <c>hybrid-cloud</c>.</summary>
internal static class CloudCommand
{
    private const string Description =
        "Hybrid's cloud functions: answer what devices escalate with a large model.\n\n" +
        "Started by an Azure Functions host (func start), which tells the port, it serves the host's calls. " +
        "With --standalone it reads the queues itself, by the values of host.json. " +
        "Any setting can be given as --Section:Key=value.\n\n" +
        "  hybrid-cloud --standalone\n" +
        "  hybrid-cloud --standalone --urls http://127.0.0.1:7072 --Model:Provider=OpenAI --Model:Model=gpt-4o\n" +
        "  hybrid-cloud --check\n" +
        "  hybrid-cloud rejected list\n" +
        "  hybrid-cloud health";

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code: 0 success, 1 failure, 2 bad usage or configuration.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (IsolatedStart.IsMeant(args))
        {
            return await IsolatedStart.RunAsync(args, error);
        }

        var standalone = new Option<bool>("--standalone") { Description = "Read the queues here, without a Functions host." };
        var urls = new Option<string>("--urls")
        {
            Description = "With --standalone: the address to listen on, on this machine only; port 0 takes a free one.",
            DefaultValueFactory = _ => ListenAddress.Default,
        };
        var check = new Option<bool>("--check") { Description = "Check the settings, print them with secrets masked, and exit." };
        var settings = SettingArguments.Take(ref args);
        var root = new RootCommand(Description) { standalone, urls, check, RejectedCommand.Create(settings, output, error), HealthCommand.Create(output, error) };
        urls.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && ListenAddress.Parse(token.Value) is null)
            {
                result.AddError($"--urls is '{token.Value}'; it must be an http address on this machine, as {ListenAddress.Default}.");
            }
        });
        root.SetAction((result, cancellationToken) => RunAsync(
            settings, result.GetValue(standalone), result.GetValue(check), ListenAddress.Parse(result.GetValue(urls)!)!, output, error,
            cancellationToken));

        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            // Instead of the library's own report, which puts the help on standard output.
            foreach (var mistake in parsed.Errors)
            {
                await error.WriteLineAsync(mistake.Message);
            }

            await error.WriteLineAsync("'hybrid-cloud --help' shows what there is.");
            return ExitCode.Usage;
        }

        // The server handles signals itself and finishes what runs; the other commands give back what they hold.
        TimeSpan? patience = parsed.CommandResult.Command == root ? null : TimeSpan.FromSeconds(5);
        return await parsed.InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = patience });
    }

    private static async Task<int> RunAsync(
        string[] settings, bool standalone, bool check, IPEndPoint address, TextWriter output, TextWriter error,
        CancellationToken cancellationToken)
    {
        var configuration = CloudConfiguration.Build(settings);
        if (check)
        {
            return await SettingsCheck.RunAsync(configuration, output, error);
        }

        if (standalone)
        {
            return await CloudHost.RunAsync(configuration, address, standalone: true, output, error, cancellationToken);
        }

        var port = Environment.GetEnvironmentVariable(CustomHandler.PortVariable);
        if (int.TryParse(port, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= IPEndPoint.MaxPort)
        {
            return await CloudHost.RunAsync(
                configuration, new IPEndPoint(IPAddress.Loopback, number), standalone: false, output, error, cancellationToken);
        }

        await error.WriteLineAsync(port is null
            ? $"No Functions host has started this program ({CustomHandler.PortVariable} is not set). "
                + "Run 'func start' in its folder, or use --standalone."
            : $"{CustomHandler.PortVariable} is '{port}'; it must be a port.");
        return ExitCode.Usage;
    }
}
