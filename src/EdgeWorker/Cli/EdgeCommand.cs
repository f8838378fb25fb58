using System.CommandLine;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>The command line of <c>hybrid-edge</c>.</summary>
internal static class EdgeCommand
{
    /// <summary>After a signal the process is given so long to stop in order, before it is ended in the middle of it.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code: 0 success, 1 failure, 2 bad usage or configuration.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error, TextReader input)
    {
        var context = new EdgeContext(output, error, input);
        var serve = new ServeCommand(context);
        var check = new Option<bool>("--check") { Description = "Check the configuration, print it with secrets masked, and end." };
        var root = new RootCommand("Hybrid's edge worker: answers prompts with a small model on this device, and asks the cloud where that is not enough.")
        {
            serve.Create(), AskCommand.Create(context), RunCommand.Create(context), PromptsCommand.Create(context), OutboxCommand.Create(context),
            JournalCommand.Create(context), KeysCommand.Create(context), HealthCommand.Create(context),
            check, context.Data, context.Mode, serve.Url,
        };
        root.SetAction((parsed, cancellationToken) => parsed.GetValue(check)
            ? CheckCommand.RunAsync(context, parsed, parsed.GetValue(serve.Url))
            : serve.RunAsync(parsed, cancellationToken));
        var result = root.Parse(args);
        var code = await result.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = LongestStop });
        return result.Errors.Count > 0 ? ExitCode.Usage : code;
    }
}
