using System.Diagnostics;
using System.Globalization;

namespace Hybrid.EndToEnd;

/// <summary><c>state-machine</c>: the journal against its model for many seeds, which <c>dotnet test</c> does for twenty.</summary>
internal static class StateMachineCommand
{
    public const string Name = "state-machine";

    private const string Usage = "state-machine [--seeds N]";
    private const string Tests = "EdgeWorker.Tests";
    private const string Class = "Hybrid.EdgeWorker.Tests.Journal.StateMachine.StateMachineTests";
    private const string SeedsVariable = "HYBRID_STATE_MACHINE_SEEDS";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var seeds = 1000;
        if (arguments.Count > 0 && !(arguments is ["--seeds", var text] && int.TryParse(text, CultureInfo.InvariantCulture, out seeds) && seeds > 0))
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        // Built with these tests, and beside them.
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(own.Parent!.Parent!.FullName, Tests, own.Name, $"Hybrid.{Tests}.dll");
        var start = new ProcessStartInfo("dotnet", [program, "-class", Class, "-noLogo", "-noColor"]) { RedirectStandardOutput = true };
        start.Environment[SeedsVariable] = seeds.ToString(CultureInfo.InvariantCulture);
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        await output.WriteLineAsync(process.ExitCode == 0
            ? string.Create(CultureInfo.InvariantCulture, $"State machine: {seeds} seeds hold, {Stopwatch.GetElapsedTime(begun).TotalMinutes:F1} min")
            : printed);
        return process.ExitCode == 0 ? 0 : 1;
    }
}
