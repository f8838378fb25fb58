using System.Diagnostics;
using System.Globalization;
using Azure;

namespace Hybrid.EndToEnd.Crashes;

/// <summary><c>matrix</c>: the crash matrix several times over, or some cells of it, with a line for each; exit 1 if a promise is broken.</summary>
internal static class MatrixCommand
{
    public const string Name = "matrix";

    private const string Usage = "matrix [--rounds N] [--only PART_OF_A_NAME] [--transport storage|amqp] [--published FOLDER]";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var (rounds, only, amqp) = (1, "", false);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            switch (i + 1 < arguments.Count ? arguments[i] : "")
            {
                case "--rounds" when int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out rounds):
                    break;
                case "--only":
                    only = arguments[i + 1];
                    break;
                case "--transport" when arguments[i + 1] is "storage" or "amqp":
                    amqp = arguments[i + 1] == "amqp";
                    break;
                case "--published" when Directory.Exists(arguments[i + 1]):
                    RunningProgram.Published = Path.GetFullPath(arguments[i + 1]);
                    break;
                default:
                    await error.WriteLineAsync(Usage);
                    return 2;
            }
        }

        return await RunAsync(rounds, only, amqp, output, cancellationToken) ? 0 : 1;
    }

    /// <returns>Whether every promise held.</returns>
    public static async Task<bool> RunAsync(int rounds, string only, bool amqp, TextWriter output, CancellationToken cancellationToken)
    {
        var cells = (amqp ? CrashCase.OverServiceBus : CrashCase.All).Where(cell => cell.Name.Contains(only, StringComparison.Ordinal)).ToList();
        var begun = Stopwatch.GetTimestamp();
        var (holds, prompts, paid, extra, runs) = (true, 0, 0, 0, 0);
        for (var round = 1; round <= rounds; round++)
        {
            await using var matrix = await CrashMatrix.StartAsync(cells, amqp, cancellationToken);
            foreach (var cell in cells)
            {
                try
                {
                    var (verdict, took) = await matrix.OfAsync(cell.Name).WaitAsync(cancellationToken);
                    (prompts, paid, extra, runs) = (prompts + verdict.Prompts, paid + verdict.PaidCalls, extra + verdict.ExtraPaidCalls, runs + 1);
                    await output.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{round,2} {cell.Name,-32} holds   {took.TotalSeconds,5:F1} s, {verdict.Prompts} prompts, {verdict.PaidCalls} paid calls, {verdict.ExtraPaidCalls} extra"));
                }
                catch (Exception exception) when (exception is CrashRunException or InvalidOperationException or HttpRequestException or RequestFailedException or TimeoutException)
                {
                    holds = false;
                    await output.WriteLineAsync($"{round,2} {cell.Name,-32} BROKEN\n{exception.Message}");
                }
            }
        }

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{runs} of {cells.Count * rounds} runs hold ({rounds} rounds): {prompts} prompts, {paid} paid calls, {extra} of them extra, {Stopwatch.GetElapsedTime(begun).TotalMinutes:F1} min"));
        return holds;
    }
}
