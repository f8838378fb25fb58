using System.Globalization;
using System.Text.Json.Nodes;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Hosting;
using Microsoft.Extensions.Configuration;
using Spectre.Console;

namespace Hybrid.Api.Bench;

/// <summary>
/// Compares the API with calling the model in the same process. The two take turns, beginning alternately, so that what disturbs the machine
/// disturbs both; every round asks something new, so that neither profits from what the other has computed.
/// </summary>
internal static class ApiBench
{
    /// <summary>Rounds until the compiler has done its best, each with a short answer.</summary>
    private const int WarmUp = 60;

    /// <summary>Of an answer of which only the beginning is looked at.</summary>
    private const int StartTokens = 4;

    /// <summary>Each question is another, of the same length.</summary>
    private static int _question = 100_000;

    /// <returns>0 if both bounds are kept, 1 if not.</returns>
    public static async Task<int> RunAsync(BenchPlan plan, bool json, CancellationToken cancellationToken)
    {
        var root = Directory.CreateDirectory(Path.Combine(plan.Folder, $"hybrid-api-bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            var model = plan.Model ?? BenchModel.Write(Path.Combine(root, "bench"));
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Models:Path"] = Path.GetFullPath(model),
                ["Models:Threads"] = plan.Threads?.ToString(CultureInfo.InvariantCulture),
                ["Journal:Folder"] = Path.Combine(root, "data"),
                ["Routing:Mode"] = "LocalOnly",
                ["Api:Url"] = "http://127.0.0.1:0",
                ["Messaging:ConnectionString"] = "UseDevelopmentStorage=true",
            }).Build();
            var (settings, failures) = EdgeSettings.Read(configuration);
            if (settings is null)
            {
                throw new InvalidOperationException(string.Join(Environment.NewLine, failures));
            }

            await using var host = await EdgeHost.StartAsync(
                configuration, settings, DataFolder.TryOwn(settings.Journal.Folder)!, settings.Api.Url, HostPurpose.Command, cancellationToken);
            using var served = new ServedCaller(host.Address, host.Models.Name!);
            var direct = new DirectCaller(host.Models.Client!);
            await MeasureAsync(direct, served, WarmUp, StartTokens, cancellationToken);
            var overhead = Overhead.Of(
                await MeasureAsync(direct, served, plan.Starts, StartTokens, cancellationToken),
                await MeasureAsync(direct, served, plan.Rounds, plan.Tokens, cancellationToken));
            Print(overhead, Path.GetFileName(model), plan, json);
            return overhead.IsKept ? 0 : 1;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<List<(Call Direct, Call Served)>> MeasureAsync(
        DirectCaller direct, ServedCaller served, int rounds, int tokens, CancellationToken cancellationToken)
    {
        var measured = new List<(Call, Call)>();
        for (var round = 0; round < rounds; round++)
        {
            Call directly, overApi;
            if (round % 2 == 0)
            {
                directly = await direct.CallAsync(Question(), tokens, cancellationToken);
                overApi = await served.CallAsync(Question(), tokens, cancellationToken);
            }
            else
            {
                overApi = await served.CallAsync(Question(), tokens, cancellationToken);
                directly = await direct.CallAsync(Question(), tokens, cancellationToken);
            }

            measured.Add((directly, overApi));
        }

        return measured;
    }

    private static string Question() => string.Create(CultureInfo.InvariantCulture, $"{_question++}: what does this alarm mean?");

    private static void Print(Overhead overhead, string model, BenchPlan plan, bool json)
    {
        if (json)
        {
            Console.WriteLine(new JsonObject
            {
                ["model"] = model,
                ["starts"] = plan.Starts,
                ["rounds"] = plan.Rounds,
                ["tokens"] = plan.Tokens,
                ["directFirstMs"] = overhead.DirectFirstMs,
                ["servedFirstMs"] = overhead.ServedFirstMs,
                ["addedFirstMs"] = overhead.AddedFirstMs,
                ["maxAddedFirstMs"] = Overhead.MaxAddedFirstMs,
                ["directTokensPerSecond"] = overhead.DirectTokensPerSecond,
                ["servedTokensPerSecond"] = overhead.ServedTokensPerSecond,
                ["lostShare"] = overhead.LostShare,
                ["maxLostShare"] = Overhead.MaxLostShare,
                ["kept"] = overhead.IsKept,
            }.ToJsonString());
            return;
        }

        var table = new Table().Title($"{model}, {plan.Starts} starts, {plan.Rounds} answers of {plan.Tokens} tokens, medians").AddColumns("", "in process", "over the API", "difference", "bound");
        table.AddRow("first token, ms", Number(overhead.DirectFirstMs), Number(overhead.ServedFirstMs), Number(overhead.AddedFirstMs), $"{Overhead.MaxAddedFirstMs}");
        table.AddRow(
            "tokens/s", Number(overhead.DirectTokensPerSecond), Number(overhead.ServedTokensPerSecond), $"-{Number(100 * overhead.LostShare)} %",
            $"{100 * Overhead.MaxLostShare} %");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(overhead.IsKept ? "Both bounds are kept." : "A bound is not kept.");
    }

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
