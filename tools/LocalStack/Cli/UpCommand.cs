using System.CommandLine;
using Hybrid.LocalStack.Stack;

namespace Hybrid.LocalStack.Cli;

/// <summary>Without a command: everything up until Ctrl+C.</summary>
internal static class UpCommand
{
    public static void AddTo(RootCommand root, StackLayout layout, TextWriter output, TextWriter error)
    {
        var edge = StackCommand.Port("--edge-port", "the edge worker", StackOptions.DefaultEdgePort);
        var cloud = StackCommand.Port("--cloud-port", "the cloud functions", StackOptions.DefaultCloudPort);
        var azurite = StackCommand.Port(
            "--azurite-port", "the emulator's blobs; queues and tables follow", StackOptions.DefaultAzuritePort);
        var mode = new Option<string?>("--mode") { Description = "The device's mode: LocalFirst, CloudFirst, LocalOnly or CloudOnly." };
        var func = new Option<bool>("--func") { Description = "Run the cloud functions with Azure Functions Core Tools (func start)." };
        foreach (var option in new Option[] { edge, cloud, azurite, mode, func })
        {
            root.Options.Add(option);
        }

        root.SetAction((parsed, cancellationToken) => StackCommand.GuardAsync(
            () => RunAsync(
                layout,
                new StackOptions
                {
                    Folder = Path.Combine(layout.State, "up"),
                    EdgePort = parsed.GetValue(edge),
                    CloudPort = parsed.GetValue(cloud),
                    AzuritePort = parsed.GetValue(azurite),
                    Mode = parsed.GetValue(mode),
                    Func = parsed.GetValue(func),
                },
                output,
                error,
                cancellationToken),
            error,
            cancellationToken));
    }

    private static async Task<int> RunAsync(
        StackLayout layout, StackOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var state = StackState.Take(layout.State, Path.GetFileName(options.Folder), fresh: false);
        var log = new StackLog(output);
        try
        {
            await using var stack = await RunningStack.StartAsync(layout, options, log, cancellationToken);
            log.Write("stack", $"edge worker      {stack.Edge}hybrid/prompts");
            log.Write("stack", $"cloud functions  {stack.Cloud}api/prompts");
            log.Write("stack", $"queues           {stack.Queues?.ToString() ?? "as configured"}");
            log.Write("stack", "Ready. Ctrl+C stops everything.");
            var (name, exitCode) = await stack.WaitForDeathAsync(cancellationToken);
            await error.WriteLineAsync($"{name} ended with {exitCode}; stopping the rest. Its last lines above say why.");
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
    }
}
